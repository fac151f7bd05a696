// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-vjp | FileCheck %s --check-prefix=VJP
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @split
// VJP-LABEL: func.func @split_vjp
// LINALG-LABEL: func.func @split
func.func @split(%x: tensor<2x8x64xf32>) -> tensor<2x8x4x16xf32> {
  // CHECK: nn.reshape %{{.*}} "b t (h d) -> b t h d" : (tensor<2x8x64xf32>) -> tensor<2x8x4x16xf32>
  // VJP: nn.reshape %arg1 "b t h d -> b t (h d)" : (tensor<2x8x4x16xf32>) -> tensor<2x8x64xf32>
  // LINALG: tensor.reshape
  // expected-remark@below {{b t (h d) -> b t h d; linear in 0}}
  // expected-remark@below {{0 flops}}
  // expected-remark@below {{view}}
  %0 = nn.reshape %x "b t (h d) -> b t h d" : (tensor<2x8x64xf32>) -> tensor<2x8x4x16xf32>
  return %0 : tensor<2x8x4x16xf32>
}

// The size of h is the quotient: 64 / 16.
// CHECK-LABEL: func.func @split_and_join
// VJP-LABEL: func.func @split_and_join_vjp
func.func @split_and_join(%x: tensor<2x8x64xf32>) -> tensor<16x4x16xf32> {
  // CHECK: nn.reshape %{{.*}} "b t (h d) -> (b t) h d"
  // VJP: nn.reshape %arg1 "(b t) h d -> b t (h d)"
  // expected-remark@below {{b t (h d) -> (b t) h d; linear in 0}}
  // expected-remark@below {{0 flops}}
  // expected-remark@below {{view}}
  %0 = nn.reshape %x "b t (h d) -> (b t) h d" : (tensor<2x8x64xf32>) -> tensor<16x4x16xf32>
  return %0 : tensor<16x4x16xf32>
}

// CHECK-LABEL: func.func @of_integers
func.func @of_integers(%x: tensor<2x8xi32>) -> tensor<2x1x8xi32> {
  // CHECK: nn.reshape %{{.*}} "b t -> b 1 t" : (tensor<2x8xi32>) -> tensor<2x1x8xi32>
  // expected-remark@below {{b t -> b 1 t; linear in 0}}
  // expected-remark@below {{0 flops}}
  // expected-remark@below {{view}}
  %0 = nn.reshape %x "b t -> b 1 t" : (tensor<2x8xi32>) -> tensor<2x1x8xi32>
  return %0 : tensor<2x1x8xi32>
}
