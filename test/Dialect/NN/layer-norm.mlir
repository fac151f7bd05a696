// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-vjp | FileCheck %s --check-prefix=VJP
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @layer_norm
// VJP-LABEL: func.func @layer_norm_vjp
// LINALG-LABEL: func.func @layer_norm
func.func @layer_norm(%x: tensor<2x8x32xf32>, %w: tensor<32xf32>, %b: tensor<32xf32>) -> tensor<2x8x32xf32> {
  // CHECK: nn.layer_norm %{{.*}}, %{{.*}}, %{{.*}} epsilon = {{.*}} size = 32 : (tensor<2x8x32xf32>, tensor<32xf32>, tensor<32xf32>) -> tensor<2x8x32xf32>
  // VJP: nn.layer_norm_grad %arg3, %arg0, %arg1 {epsilon = {{.*}} : f64, size = 32 : i64}
  // VJP: nn.layer_norm_weight_grad %arg3, %arg0 {epsilon = {{.*}} : f64, size = 32 : i64}
  // VJP: nn.sum_rows %arg3
  // The mean, the squared distances from it, the result.
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel"]
  // expected-remark@below {{b t d, d, d -> b t d; whole d}}
  // expected-remark@below {{4096 flops}}
  // expected-remark@below {{kernel of 2 row dimensions of [2, 8, 32]}}
  %0 = nn.layer_norm %x, %w, %b epsilon = 1.0e-5 size = 32 : (tensor<2x8x32xf32>, tensor<32xf32>, tensor<32xf32>) -> tensor<2x8x32xf32>
  return %0 : tensor<2x8x32xf32>
}
