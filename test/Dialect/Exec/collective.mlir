// RUN: shard-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func @collective
func.func @collective(%s: tensor<3x8xf32>, %t: tensor<4x2xf32>, %x: tensor<f32>) {
  // Ten rows are four parts of three; two tensors in one call, along different dimensions.
  // CHECK: %[[W:.*]]:2 = exec.collective(%{{.*}}, %{{.*}}) {axes = ["dp_shard"], cause = "unit a: unshard", dims = array<i64: 0, 1>, group_size = 4 : i64, kind = "all_gather", reduction = "sum"} : (tensor<3x8xf32>, tensor<4x2xf32>) -> (tensor<10x8xf32>, tensor<4x8xf32>)
  %w:2 = exec.collective(%s, %t) {axes = ["dp_shard"], cause = "unit a: unshard", dims = array<i64: 0, 1>, group_size = 4 : i64, kind = "all_gather",
      reduction = "sum"} : (tensor<3x8xf32>, tensor<4x2xf32>) -> (tensor<10x8xf32>, tensor<4x8xf32>)
  // CHECK: exec.collective(%[[W]]#0) {{.*}} : (tensor<10x8xf32>) -> tensor<3x8xf32>
  %g = exec.collective(%w#0) {axes = ["dp_shard"], cause = "", dims = array<i64: 0>, group_size = 4 : i64, kind = "reduce_scatter", reduction = "sum", index = 7 : i64}
      : (tensor<10x8xf32>) -> tensor<3x8xf32>
  // CHECK: exec.collective(%{{.*}}) {{.*}}reduction = "max"} : (tensor<f32>) -> tensor<f32>
  %m = exec.collective(%x) {axes = ["dp_shard", "tp"], cause = "", dims = array<i64: -1>, group_size = 8 : i64, kind = "all_reduce", reduction = "max"}
      : (tensor<f32>) -> tensor<f32>
  return
}
