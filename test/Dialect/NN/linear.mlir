// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-vjp | FileCheck %s --check-prefix=VJP
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @linear
// VJP-LABEL: func.func @linear_vjp
// LINALG-LABEL: func.func @linear
func.func @linear(%x: tensor<2x8x32xf32>, %w: tensor<64x32xf32>) -> tensor<2x8x64xf32> {
  // CHECK: nn.linear %{{.*}}, %{{.*}} : (tensor<2x8x32xf32>, tensor<64x32xf32>) -> tensor<2x8x64xf32>
  // VJP: nn.linear %arg2, %arg1 transposed
  // VJP: nn.linear_weight_grad %arg2, %arg0
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel", "reduction"]
  // expected-remark@below {{b t k, n k -> b t n; linear in 0; linear in 1}}
  // expected-remark@below {{65536 flops}}
  // expected-remark@below {{shardrt_gemm [16, 64, 32, 0, 1, 0, 0]}}
  %0 = nn.linear %x, %w : (tensor<2x8x32xf32>, tensor<64x32xf32>) -> tensor<2x8x64xf32>
  return %0 : tensor<2x8x64xf32>
}

// CHECK-LABEL: func.func @transposed
// VJP-LABEL: func.func @transposed_vjp
// LINALG-LABEL: func.func @transposed
func.func @transposed(%x: tensor<8x32xf64>, %w: tensor<32x64xf64>) -> tensor<8x64xf64> {
  // CHECK: nn.linear %{{.*}}, %{{.*}} transposed : (tensor<8x32xf64>, tensor<32x64xf64>) -> tensor<8x64xf64>
  // VJP: nn.linear %arg2, %arg1 : (tensor<8x64xf64>, tensor<32x64xf64>) -> tensor<8x32xf64>
  // VJP: nn.linear_weight_grad %arg0, %arg2
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]
  // expected-remark@below {{b k, k n -> b n; linear in 0; linear in 1}}
  // expected-remark@below {{32768 flops}}
  // expected-remark@below {{shardrt_gemm [8, 64, 32, 0, 0, 1, 1]}}
  %0 = nn.linear %x, %w transposed : (tensor<8x32xf64>, tensor<32x64xf64>) -> tensor<8x64xf64>
  return %0 : tensor<8x64xf64>
}
