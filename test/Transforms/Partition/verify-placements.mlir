// RUN: shard-opt %s --shardc-verify-placements | FileCheck %s

// What is right is left as it is.
#x = #dist.sharding<[["dp_shard"] : 4, []], copied = ["tp"]>
#w = #dist.sharding<[["tp"] : 8, []], copied = ["dp_shard"]>
#y = #dist.sharding<[["dp_shard"] : 4, ["tp"] : 8]>
#dw = #dist.sharding<[["tp"] : 8, []], partial = ["dp_shard"]>
dist.mesh ["dp_shard" = 2, "tp" = 2]
dist.parameter @w : tensor<8x8xf32> stored <[["tp", "dp_shard"] : 8, []]> unit "" init "normal"
// CHECK-LABEL: @step
func.func @step(%x: tensor<2x8xf32, #x>, %dy: tensor<2x4xf32, #y>) -> tensor<2x4xf32, #y> {
  // CHECK-NEXT: dist.unshard @w
  %w = dist.unshard @w cause "w" : tensor<4x8xf32, #w>
  // CHECK-NEXT: nn.linear
  %y = nn.linear %x, %w : (tensor<2x8xf32, #x>, tensor<4x8xf32, #w>) -> tensor<2x4xf32, #y>
  // CHECK-NEXT: nn.linear_weight_grad
  %dw = nn.linear_weight_grad %dy, %x : (tensor<2x4xf32, #y>, tensor<2x8xf32, #x>) -> tensor<4x8xf32, #dw>
  // CHECK-NEXT: dist.accumulate
  dist.accumulate %dw, @w cause "w" : tensor<4x8xf32, #dw>
  // CHECK-NEXT: return
  return %y : tensor<2x4xf32, #y>
}

// Zeros are zeros in every placement.
// CHECK-LABEL: @zeros
func.func @zeros() -> tensor<f32, #dist.sharding<[], partial = ["tp"]>> {
  %0 = nn.zeros : tensor<f32, #dist.sharding<[], partial = ["tp"]>>
  return %0 : tensor<f32, #dist.sharding<[], partial = ["tp"]>>
}
