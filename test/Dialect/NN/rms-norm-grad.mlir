// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @rms_norm_grad
// LINALG-LABEL: func.func @rms_norm_grad
func.func @rms_norm_grad(%dout: tensor<2x8x32xf32>, %x: tensor<2x8x32xf32>, %w: tensor<32xf32>) -> tensor<2x8x32xf32> {
  // CHECK: nn.rms_norm_grad %{{.*}}, %{{.*}}, %{{.*}} {epsilon = {{.*}} : f64, size = 32 : i64}
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel"]
  // expected-remark@below {{b t d, b t d, d -> b t d; whole d; linear in 0}}
  // expected-remark@below {{5120 flops}}
  // expected-remark@below {{kernel of 2 row dimensions of [2, 8, 32]}}
  %0 = nn.rms_norm_grad %dout, %x, %w {epsilon = 1.0e-5, size = 32}
      : (tensor<2x8x32xf32>, tensor<2x8x32xf32>, tensor<32xf32>) -> tensor<2x8x32xf32>
  return %0 : tensor<2x8x32xf32>
}

// CHECK-LABEL: func.func @rms_norm_weight_grad
// LINALG-LABEL: func.func @rms_norm_weight_grad
func.func @rms_norm_weight_grad(%dout: tensor<2x8x32xf32>, %x: tensor<2x8x32xf32>) -> tensor<32xf32> {
  // CHECK: nn.rms_norm_weight_grad %{{.*}}, %{{.*}} {epsilon = {{.*}} : f64, size = 32 : i64}
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]
  // LINALG: linalg.generic {{.*}} iterator_types = ["reduction", "reduction", "parallel"]
  // expected-remark@below {{b t d, b t d -> d; whole d; linear in 0}}
  // expected-remark@below {{2560 flops}}
  // expected-remark@below {{kernel of 2 row dimensions of [2, 8, 32]}}
  %0 = nn.rms_norm_weight_grad %dout, %x {epsilon = 1.0e-5, size = 32} : (tensor<2x8x32xf32>, tensor<2x8x32xf32>) -> tensor<32xf32>
  return %0 : tensor<32xf32>
}
