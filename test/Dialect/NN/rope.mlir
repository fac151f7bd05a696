// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-vjp | FileCheck %s --check-prefix=VJP
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @rope_table
// LINALG-LABEL: func.func @rope_table
func.func @rope_table(%positions: tensor<2x8xi32>) -> (tensor<2x8x2xf32>, tensor<2x8x2xf32>) {
  // CHECK: nn.rope_table %{{.*}} frequencies = dense<[1.000000e+00, 1.000000e-01]> : tensor<2xf64>
  // CHECK-SAME: : (tensor<2x8xi32>) -> (tensor<2x8x2xf32>, tensor<2x8x2xf32>)
  // LINALG: math.cos %{{.*}} : f64
  // LINALG: arith.truncf
  // LINALG: math.sin %{{.*}} : f64
  // expected-remark@below {{b t -> b t f, b t f; whole f}}
  // expected-remark@below {{96 flops}}
  // expected-remark@below {{shardrt_rope_table [16, 2, 0]}}
  %cos, %sin = nn.rope_table %positions frequencies = dense<[1.0, 0.1]> : tensor<2xf64>
      : (tensor<2x8xi32>) -> (tensor<2x8x2xf32>, tensor<2x8x2xf32>)
  return %cos, %sin : tensor<2x8x2xf32>, tensor<2x8x2xf32>
}

// CHECK-LABEL: func.func @rope(
// VJP-LABEL: func.func @rope_vjp
// LINALG-LABEL: func.func @rope(
func.func @rope(%x: tensor<2x8x3x4xf32>, %cos: tensor<2x8x2xf32>, %sin: tensor<2x8x2xf32>) -> tensor<2x8x3x4xf32> {
  // CHECK: nn.rope %{{.*}}, %{{.*}}, %{{.*}} : (tensor<2x8x3x4xf32>, tensor<2x8x2xf32>, tensor<2x8x2xf32>) -> tensor<2x8x3x4xf32>
  // VJP: nn.rope %arg3, %arg1, %arg2 inverse
  // LINALG: %[[HALVES:.*]] = tensor.expand_shape %{{.*}} {{\[\[}}0], [1], [2], [3, 4]]
  // LINALG: %[[LOW:.*]] = linalg.generic {{.*}} ins(%[[HALVES]], %[[HALVES]],
  // LINALG: arith.subf
  // LINALG: %[[BOTH:.*]] = linalg.generic {{.*}} outs(%[[LOW]]
  // LINALG: arith.addf
  // LINALG: tensor.collapse_shape %[[BOTH]]
  // expected-remark@below {{b t h d, b t f, b t f -> b t h d; whole d f; linear in 0}}
  // expected-remark@below {{576 flops}}
  // expected-remark@below {{kernel of 3 row dimensions of [2, 8, 3, 4]}}
  %0 = nn.rope %x, %cos, %sin : (tensor<2x8x3x4xf32>, tensor<2x8x2xf32>, tensor<2x8x2xf32>) -> tensor<2x8x3x4xf32>
  return %0 : tensor<2x8x3x4xf32>
}

// CHECK-LABEL: func.func @inverse
// VJP-LABEL: func.func @inverse_vjp
// LINALG-LABEL: func.func @inverse
func.func @inverse(%x: tensor<2x8x3x4xf32>, %cos: tensor<2x8x2xf32>, %sin: tensor<2x8x2xf32>) -> tensor<2x8x3x4xf32> {
  // CHECK: nn.rope %{{.*}}, %{{.*}}, %{{.*}} inverse :
  // VJP: nn.rope %arg3, %arg1, %arg2 :
  // LINALG: arith.addf
  // LINALG: arith.subf
  // expected-remark@below {{linear in 0}}
  // expected-remark@below {{576 flops}}
  // expected-remark@below {{kernel of 3 row dimensions of [2, 8, 3, 4]}}
  %0 = nn.rope %x, %cos, %sin inverse : (tensor<2x8x3x4xf32>, tensor<2x8x2xf32>, tensor<2x8x2xf32>) -> tensor<2x8x3x4xf32>
  return %0 : tensor<2x8x3x4xf32>
}
