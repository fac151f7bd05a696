// RUN: shard-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func @collective
func.func @collective(%s: tensor<3x8xf32>, %t: tensor<4x2xf32>, %x: tensor<f32>) {
  // Ten rows are four parts of three; two tensors in one call, along different dimensions.
  // CHECK: %[[W:.*]]:2 = exec.collective all_gather(%{{.*}}, %{{.*}}) over ["dp_shard"] cause "unit a: unshard" {dims = array<i64: 0, 1>, group_size = 4 : i64} : (tensor<3x8xf32>, tensor<4x2xf32>) -> (tensor<10x8xf32>, tensor<4x8xf32>)
  %w:2 = exec.collective all_gather(%s, %t) over ["dp_shard"] cause "unit a: unshard" {dims = array<i64: 0, 1>, group_size = 4 : i64} : (tensor<3x8xf32>, tensor<4x2xf32>) -> (tensor<10x8xf32>, tensor<4x8xf32>)
  // CHECK: exec.collective reduce_scatter(%[[W]]#0) by sum {{.*}} : (tensor<10x8xf32>) -> tensor<3x8xf32>
  %g = exec.collective reduce_scatter(%w#0) by sum over ["dp_shard"] cause "" {dims = array<i64: 0>, group_size = 4 : i64, index = 7 : i64}
      : (tensor<10x8xf32>) -> tensor<3x8xf32>
  // CHECK: exec.collective all_reduce(%{{.*}}) by max {{.*}} : (tensor<f32>) -> tensor<f32>
  %m = exec.collective all_reduce(%x) by max over ["dp_shard", "tp"] cause "" {dims = array<i64: -1>, group_size = 8 : i64}
      : (tensor<f32>) -> tensor<f32>
  return
}
