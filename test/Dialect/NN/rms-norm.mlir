// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-vjp | FileCheck %s --check-prefix=VJP
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @rms_norm
// VJP-LABEL: func.func @rms_norm_vjp
// LINALG-LABEL: func.func @rms_norm
func.func @rms_norm(%x: tensor<2x8x32xf32>, %w: tensor<32xf32>) -> tensor<2x8x32xf32> {
  // CHECK: nn.rms_norm %{{.*}}, %{{.*}} epsilon = {{.*}} size = 32 : (tensor<2x8x32xf32>, tensor<32xf32>) -> tensor<2x8x32xf32>
  // VJP: nn.rms_norm_grad %arg2, %arg0, %arg1 {epsilon = {{.*}} : f64, size = 32 : i64}
  // VJP: nn.rms_norm_weight_grad %arg2, %arg0 {epsilon = {{.*}} : f64, size = 32 : i64}
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel"]
  // expected-remark@below {{b t d, d -> b t d; whole d}}
  // expected-remark@below {{2048 flops}}
  // expected-remark@below {{kernel of 2 row dimensions of [2, 8, 32]}}
  %0 = nn.rms_norm %x, %w epsilon = 1.0e-5 size = 32 : (tensor<2x8x32xf32>, tensor<32xf32>) -> tensor<2x8x32xf32>
  return %0 : tensor<2x8x32xf32>
}

// The norm of each head's query, as Qwen 3 has it.
// CHECK-LABEL: func.func @of_heads
// VJP-LABEL: func.func @of_heads_vjp
// LINALG-LABEL: func.func @of_heads
func.func @of_heads(%x: tensor<2x8x4x32xf32>, %w: tensor<32xf32>) -> tensor<2x8x4x32xf32> {
  // CHECK: nn.rms_norm
  // VJP: nn.rms_norm_grad
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel", "reduction"]
  // expected-remark@below {{b t t2 d, d -> b t t2 d; whole d}}
  // expected-remark@below {{8192 flops}}
  // expected-remark@below {{kernel of 3 row dimensions of [2, 8, 4, 32]}}
  %0 = nn.rms_norm %x, %w epsilon = 1.0e-5 size = 32 : (tensor<2x8x4x32xf32>, tensor<32xf32>) -> tensor<2x8x4x32xf32>
  return %0 : tensor<2x8x4x32xf32>
}

// The factor is 1 + weight, as in Gemma, and so in the derivative.
// CHECK-LABEL: func.func @plus_one
// VJP-LABEL: func.func @plus_one_vjp
// LINALG-LABEL: func.func @plus_one
func.func @plus_one(%x: tensor<2x8x32xf32>, %w: tensor<32xf32>) -> tensor<2x8x32xf32> {
  // CHECK: nn.rms_norm %{{.*}}, %{{.*}} epsilon = {{.*}} size = 32 plus_one : (tensor<2x8x32xf32>, tensor<32xf32>) -> tensor<2x8x32xf32>
  // VJP: nn.rms_norm_grad %arg2, %arg0, %arg1 {epsilon = {{.*}} : f64, plus_one, size = 32 : i64}
  // VJP: nn.rms_norm_weight_grad %arg2, %arg0 {epsilon = {{.*}} : f64, size = 32 : i64}
  // LINALG: math.sqrt
  // LINALG: arith.addf
  // expected-remark@below {{b t d, d -> b t d; whole d}}
  // expected-remark@below {{2048 flops}}
  // expected-remark@below {{kernel of 2 row dimensions of [2, 8, 32]}}
  %0 = nn.rms_norm %x, %w epsilon = 1.0e-5 size = 32 plus_one : (tensor<2x8x32xf32>, tensor<32xf32>) -> tensor<2x8x32xf32>
  return %0 : tensor<2x8x32xf32>
}
