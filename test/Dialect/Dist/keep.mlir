// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s --shardc-verify-placements -o /dev/null

dist.mesh ["dp" = 2, "tp" = 4]

// Any placement passes.
// CHECK-LABEL: @keep(
func.func @keep(%x: tensor<4x8xf32, #dist.sharding<[["dp"] : 8, []], partial = ["tp"]>>) -> tensor<4x8xf32, #dist.sharding<[["dp"] : 8, []], partial = ["tp"]>> {
  // CHECK: dist.keep %{{.*}} : tensor<4x8xf32, #dist.sharding<{{\[}}["dp"] : 8, []], partial = ["tp"]>>
  %0 = dist.keep %x : tensor<4x8xf32, #dist.sharding<[["dp"] : 8, []], partial = ["tp"]>>
  return %0 : tensor<4x8xf32, #dist.sharding<[["dp"] : 8, []], partial = ["tp"]>>
}

// CHECK-LABEL: @after(
func.func @after(%x: tensor<4xi32>, %cotangent: tensor<4x8xf32>) -> tensor<4xi32> {
  // CHECK: dist.after %{{.*}}, %{{.*}} : tensor<4xi32>, tensor<4x8xf32>
  %0 = dist.after %x, %cotangent : tensor<4xi32>, tensor<4x8xf32>
  return %0 : tensor<4xi32>
}

// CHECK: func.func private @layer(tensor<4xf32>) -> (tensor<4xf32> {dist.residual = #dist.residual<keep>}, tensor<4xf32> {dist.residual = #dist.residual<recompute>}) attributes {dist.checkpoint}
func.func private @layer(tensor<4xf32>) -> (tensor<4xf32> {dist.residual = #dist.residual<keep>}, tensor<4xf32> {dist.residual = #dist.residual<recompute>}) attributes {dist.checkpoint}
