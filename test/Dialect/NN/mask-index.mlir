// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG
// RUN: shard-opt %s -test-vjp | FileCheck %s --check-prefix=VJP
// RUN: shard-opt %s -test-build-sharded=shards=2 --allow-unregistered-dialect | FileCheck %s --check-prefix=SHARDED

// CHECK-LABEL: func.func @mask_index
// LINALG-LABEL: func.func @mask_index
func.func @mask_index(%ids: tensor<2x8xi32>) -> tensor<2x8xi32> {
  // CHECK: nn.mask_index %{{.*}} at 3 : tensor<2x8xi32>
  // LINALG: arith.cmpi eq
  // LINALG: arith.select
  %0 = nn.mask_index %ids at 3 : tensor<2x8xi32>
  return %0 : tensor<2x8xi32>
}

// Gradients are added to the rows of other indices than those that are looked up, and each rank has its part of both.
// CHECK-LABEL: func.func @embedding
// VJP-LABEL: func.func @embedding_vjp
// SHARDED-LABEL: func.func @embedding
func.func @embedding(%ids: tensor<2x8xi32>, %table: tensor<256x32xf32>, %grad: tensor<2x8xi32>) -> tensor<2x8x32xf32> {
  // CHECK: nn.embedding %{{.*}}, %{{.*}} grad %{{.*}} : (tensor<2x8xi32>, tensor<256x32xf32>, tensor<2x8xi32>) -> tensor<2x8x32xf32>
  // VJP: nn.embedding_grad %arg3, %arg2
  // SHARDED: %[[IDS:.*]] = "test.local_index"(%arg0)
  // SHARDED: %[[GRAD:.*]] = "test.local_index"(%arg2)
  // SHARDED: nn.embedding %[[IDS]], %arg1 grad %[[GRAD]]
  %0 = nn.embedding %ids, %table grad %grad : (tensor<2x8xi32>, tensor<256x32xf32>, tensor<2x8xi32>) -> tensor<2x8x32xf32>
  return %0 : tensor<2x8x32xf32>
}
