// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @gelu_grad
// LINALG-LABEL: func.func @gelu_grad
func.func @gelu_grad(%dout: tensor<2x8xf32>, %x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  // CHECK: nn.gelu_grad %{{.*}}, %{{.*}} : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]
  // expected-remark@below {{i0 i1, i0 i1 -> i0 i1; linear in 0}}
  // expected-remark@below {{288 flops}}
  // expected-remark@below {{kernel of 1 row dimensions of [2, 8]}}
  %0 = nn.gelu_grad %dout, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}
