// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-vjp | FileCheck %s --check-prefix=VJP
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @sum
// VJP-LABEL: func.func @sum_vjp
// LINALG-LABEL: func.func @sum
func.func @sum(%x: tensor<2x8x1xf32>) -> tensor<f32> {
  // CHECK: nn.sum %{{.*}} : (tensor<2x8x1xf32>) -> tensor<f32>
  // VJP: nn.broadcast %arg1 : (tensor<f32>) -> tensor<2x8x1xf32>
  // LINALG: linalg.generic {{.*}} iterator_types = ["reduction", "reduction", "reduction"]
  // expected-remark@below {{b t t2 -> ; linear in 0}}
  // expected-remark@below {{16 flops}}
  // expected-remark@below {{kernel of 2 row dimensions of [2, 8, 1]}}
  %0 = nn.sum %x : (tensor<2x8x1xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// CHECK-LABEL: func.func @count
// LINALG-LABEL: func.func @count
func.func @count(%x: tensor<2x8xi32>) -> tensor<f32> {
  // CHECK: nn.count %{{.*}} : (tensor<2x8xi32>) -> tensor<f32>
  // LINALG: linalg.generic {{.*}} iterator_types = ["reduction", "reduction"]
  // expected-remark@below {{b t -> }}
  // expected-remark@below {{16 flops}}
  // expected-remark@below {{kernel of 1 row dimensions of [2, 8]}}
  %0 = nn.count %x : (tensor<2x8xi32>) -> tensor<f32>
  return %0 : tensor<f32>
}
