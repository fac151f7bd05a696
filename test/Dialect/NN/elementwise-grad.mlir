// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @silu_grad
// LINALG-LABEL: func.func @silu_grad
func.func @silu_grad(%dout: tensor<2x8xf32>, %x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  // CHECK: nn.silu_grad %{{.*}}, %{{.*}} : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]
  // expected-remark@below {{i0 i1, i0 i1 -> i0 i1; linear in 0}}
  // expected-remark@below {{144 flops}}
  // expected-remark@below {{kernel of 1 row dimensions of [2, 8]}}
  %0 = nn.silu_grad %dout, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// CHECK-LABEL: func.func @neg
// LINALG-LABEL: func.func @neg
func.func @neg(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  // CHECK: nn.neg %{{.*}} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  // LINALG: arith.negf
  // expected-remark@below {{i0 i1 -> i0 i1; linear in 0}}
  // expected-remark@below {{16 flops}}
  // expected-remark@below {{kernel of 1 row dimensions of [2, 8]}}
  %0 = nn.neg %x : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// CHECK-LABEL: func.func @zeros
// LINALG-LABEL: func.func @zeros
func.func @zeros() -> tensor<4xf32> {
  // CHECK: nn.zeros : tensor<4xf32>
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel"]
  // expected-remark@below {{() -> i0}}
  // expected-remark@below {{0 flops}}
  // expected-remark@below {{kernel of 0 row dimensions of [4]}}
  %0 = nn.zeros : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @broadcast
// LINALG-LABEL: func.func @broadcast
func.func @broadcast(%x: tensor<f32>) -> tensor<2x8x1xf32> {
  // CHECK: nn.broadcast %{{.*}} : (tensor<f32>) -> tensor<2x8x1xf32>
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel"]
  // LINALG-SAME: ins(%{{.*}} : tensor<f32>)
  // expected-remark@below {{-> i0 i1 i2; linear in 0}}
  // expected-remark@below {{0 flops}}
  // expected-remark@below {{kernel of 2 row dimensions of [2, 8, 1]}}
  %0 = nn.broadcast %x : (tensor<f32>) -> tensor<2x8x1xf32>
  return %0 : tensor<2x8x1xf32>
}
