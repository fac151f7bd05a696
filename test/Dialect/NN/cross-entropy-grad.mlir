// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @log_sum_exp_grad
// LINALG-LABEL: func.func @log_sum_exp_grad
func.func @log_sum_exp_grad(%dout: tensor<2x8x1xf32>, %x: tensor<2x8x256xf32>, %lse: tensor<2x8x1xf32>) -> tensor<2x8x256xf32> {
  // CHECK: nn.log_sum_exp_grad %{{.*}}, %{{.*}}, %{{.*}} :
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel"]
  // LINALG: math.exp
  // expected-remark@below {{b t r, b t (r v), b t r -> b t (r v); whole v; linear in 0}}
  // expected-remark@below {{12288 flops}}
  // expected-remark@below {{kernel of 2 row dimensions of [2, 8, 256]}}
  %0 = nn.log_sum_exp_grad %dout, %x, %lse : (tensor<2x8x1xf32>, tensor<2x8x256xf32>, tensor<2x8x1xf32>) -> tensor<2x8x256xf32>
  return %0 : tensor<2x8x256xf32>
}

// CHECK-LABEL: func.func @pick_grad
// LINALG-LABEL: func.func @pick_grad
func.func @pick_grad(%dout: tensor<2x8x1xf32>, %targets: tensor<2x8xi32>) -> tensor<2x8x256xf32> {
  // CHECK: nn.pick_grad %{{.*}}, %{{.*}} : (tensor<2x8x1xf32>, tensor<2x8xi32>) -> tensor<2x8x256xf32>
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel"]
  // LINALG: arith.cmpi eq
  // expected-remark@below {{b t 1, b t -> b t v; linear in 0}}
  // expected-remark@below {{4096 flops}}
  // expected-remark@below {{kernel of 2 row dimensions of [2, 8, 256]}}
  %0 = nn.pick_grad %dout, %targets : (tensor<2x8x1xf32>, tensor<2x8xi32>) -> tensor<2x8x256xf32>
  return %0 : tensor<2x8x256xf32>
}
