// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @linear_weight_grad
// LINALG-LABEL: func.func @linear_weight_grad
func.func @linear_weight_grad(%dout: tensor<2x8x64xf32>, %x: tensor<2x8x32xf32>) -> tensor<64x32xf32> {
  // CHECK: nn.linear_weight_grad %{{.*}}, %{{.*}} : (tensor<2x8x64xf32>, tensor<2x8x32xf32>) -> tensor<64x32xf32>
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction", "reduction"]
  // expected-remark@below {{b t n, b t k -> n k; linear in 0; linear in 1}}
  // expected-remark@below {{65536 flops}}
  // expected-remark@below {{shardrt_gemm [64, 32, 16, 1, 0, 0, 0]}}
  %0 = nn.linear_weight_grad %dout, %x : (tensor<2x8x64xf32>, tensor<2x8x32xf32>) -> tensor<64x32xf32>
  return %0 : tensor<64x32xf32>
}

// The gradient of a weight that is computed in bfloat16 is float32, straight from the product.
// CHECK-LABEL: func.func @narrow
func.func @narrow(%dout: tensor<2x8x64xbf16>, %x: tensor<2x8x32xbf16>) -> tensor<64x32xf32> {
  // CHECK: nn.linear_weight_grad {{.*}} -> tensor<64x32xf32>
  // expected-remark@below {{b t n, b t k -> n k; linear in 0; linear in 1}}
  // expected-remark@below {{65536 flops}}
  // expected-remark@below {{shardrt_gemm [64, 32, 16, 1, 0, 3, 0]}}
  %0 = nn.linear_weight_grad %dout, %x : (tensor<2x8x64xbf16>, tensor<2x8x32xbf16>) -> tensor<64x32xf32>
  return %0 : tensor<64x32xf32>
}
