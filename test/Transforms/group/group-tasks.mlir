// RUN: shard-opt %s --exec-group-tasks | FileCheck %s
// RUN: shard-opt %s --exec-group-tasks | FileCheck %s --check-prefix=KERNEL

dist.mesh ["dp" = 2]
dist.parameter @w : tensor<8xf32> stored <[["dp"] : 8]> unit "" init "ones"
dist.state @sum : tensor<f32> kind "scalar"

// What shares values and rows is one kernel; what is used inside only is no result. Equal groups launch one kernel.
// KERNEL: exec.kernel @add_rms_norm_0({{.*}}) -> (tensor<2x4x8xf32>, tensor<2x4x8xf32>) rows = [2, 4] in_place = [0, 0, 0, 1]
// KERNEL-NOT: exec.kernel @add_rms_norm_1
// CHECK-LABEL: func @fused
func.func @fused(%x: tensor<2x4x8xf32>, %y: tensor<2x4x8xf32>, %w: tensor<8xf32>) -> tensor<2x4x8xf32> {
  // CHECK-NEXT: %[[A:.*]]:2 = exec.launch @add_rms_norm_0(%{{.*}}, %{{.*}}, %{{.*}})
  %0 = nn.add %x, %y : (tensor<2x4x8xf32>, tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %1 = nn.rms_norm %0, %w epsilon = 1.0e-5 size = 8 : (tensor<2x4x8xf32>, tensor<8xf32>) -> tensor<2x4x8xf32>
  // CHECK-NEXT: %[[G:.*]] = exec.call "shardrt_gemm"(%[[A]]#1
  %m = tensor.empty() : tensor<8x8xf32>
  %2 = nn.linear %1, %m : (tensor<2x4x8xf32>, tensor<8x8xf32>) -> tensor<2x4x8xf32>
  // CHECK-NEXT: exec.launch @add_rms_norm_0(%[[A]]#0, %[[G]], %{{.*}})
  %3 = nn.add %0, %2 : (tensor<2x4x8xf32>, tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %4 = nn.rms_norm %3, %w epsilon = 1.0e-5 size = 8 : (tensor<2x4x8xf32>, tensor<8xf32>) -> tensor<2x4x8xf32>
  // CHECK-NEXT: exec.launch @add_0
  %5 = nn.add %4, %3 : (tensor<2x4x8xf32>, tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  return %5 : tensor<2x4x8xf32>
}
