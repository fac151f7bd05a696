// RUN: shard-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @reshard
func.func @reshard(%x: tensor<2x8x256xf32>) {
  // CHECK: dist.reshard %{{.*}} to replicated over ["tp"] cause "lm_head: colwise_rep" : tensor<2x8x256xf32>
  %0 = dist.reshard %x to replicated over ["tp"] cause "lm_head: colwise_rep" : tensor<2x8x256xf32>
  // CHECK: dist.reshard %{{.*}} to dim 1 over ["cp", "tp"] cause "norm: sequence" : tensor<2x8x256xf32>
  %1 = dist.reshard %0 to dim 1 over ["cp", "tp"] cause "norm: sequence" : tensor<2x8x256xf32>
  return
}
