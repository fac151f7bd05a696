// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @embedding_grad
// LINALG-LABEL: func.func @embedding_grad
func.func @embedding_grad(%dout: tensor<2x8x32xf32>, %ids: tensor<2x8xi32>) -> tensor<256x32xf32> {
  // CHECK: nn.embedding_grad %{{.*}}, %{{.*}} : (tensor<2x8x32xf32>, tensor<2x8xi32>) -> tensor<256x32xf32>
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction", "reduction"]
  // expected-remark@below {{b t d, b t -> v d; linear in 0}}
  // expected-remark@below {{512 flops}}
  // expected-remark@below {{shardrt_embedding_grad [16, 256, 32, 0]}}
  %0 = nn.embedding_grad %dout, %ids : (tensor<2x8x32xf32>, tensor<2x8xi32>) -> tensor<256x32xf32>
  return %0 : tensor<256x32xf32>
}
