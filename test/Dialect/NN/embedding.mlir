// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-vjp | FileCheck %s --check-prefix=VJP
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG
// RUN: shard-opt %s -test-build-sharded --allow-unregistered-dialect | FileCheck %s --check-prefix=ALONE
// RUN: shard-opt %s -test-build-sharded=shards=2 --allow-unregistered-dialect | FileCheck %s --check-prefix=SHARDED

// CHECK-LABEL: func.func @embedding
// VJP-LABEL: func.func @embedding_vjp
// LINALG-LABEL: func.func @embedding
// ALONE-LABEL: func.func @embedding
// SHARDED-LABEL: func.func @embedding
func.func @embedding(%ids: tensor<2x8xi32>, %table: tensor<256x32xf32>) -> tensor<2x8x32xf32> {
  // CHECK: nn.embedding %{{.*}}, %{{.*}} : (tensor<2x8xi32>, tensor<256x32xf32>) -> tensor<2x8x32xf32>
  // VJP: nn.embedding_grad %arg2, %arg0
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel"]
  // LINALG: %[[COLUMN:.*]] = linalg.index 2
  // LINALG: tensor.extract %{{.*}}[%{{.*}}, %[[COLUMN]]]
  // ALONE: nn.embedding %arg0, %arg1
  // SHARDED: %[[IDS:.*]] = "test.local_index"(%arg0)
  // SHARDED: nn.embedding %[[IDS]], %arg1
  // expected-remark@below {{b t, v d -> b t d; custom v; linear in 1}}
  // expected-remark@below {{0 flops}}
  // expected-remark@below {{kernel of 2 row dimensions of [2, 8, 32]}}
  %0 = nn.embedding %ids, %table : (tensor<2x8xi32>, tensor<256x32xf32>) -> tensor<2x8x32xf32>
  return %0 : tensor<2x8x32xf32>
}
