// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @square_sum
// LINALG-LABEL: func.func @square_sum
func.func @square_sum(%x: tensor<64x32xf32>) -> tensor<f32> {
  // CHECK: nn.square_sum %{{.*}} : (tensor<64x32xf32>) -> tensor<f32>
  // LINALG: linalg.generic {{.*}} iterator_types = ["reduction", "reduction"]
  // expected-remark@below {{b t -> }}
  // expected-remark@below {{4096 flops}}
  // expected-remark@below {{kernel of 1 row dimensions of [64, 32]}}
  %0 = nn.square_sum %x : (tensor<64x32xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// CHECK-LABEL: func.func @sqrt
// LINALG-LABEL: func.func @sqrt
func.func @sqrt(%x: tensor<f32>) -> tensor<f32> {
  // CHECK: nn.sqrt %{{.*}} : (tensor<f32>) -> tensor<f32>
  // LINALG: linalg.generic {{.*}} iterator_types = []
  // LINALG: math.sqrt
  // expected-remark@below {{->}}
  // expected-remark@below {{1 flops}}
  // expected-remark@below {{kernel of 0 row dimensions of []}}
  %0 = nn.sqrt %x : (tensor<f32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// CHECK-LABEL: func.func @clip_scale
// LINALG-LABEL: func.func @clip_scale
func.func @clip_scale(%norm: tensor<f32>) -> tensor<f32> {
  // CHECK: nn.clip_scale %{{.*}} {max_norm = 1.000000e+00 : f64} : (tensor<f32>) -> tensor<f32>
  // LINALG: arith.minimumf
  // expected-remark@below {{->}}
  // expected-remark@below {{3 flops}}
  // expected-remark@below {{kernel of 0 row dimensions of []}}
  %0 = nn.clip_scale %norm {max_norm = 1.0} : (tensor<f32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// CHECK-LABEL: func.func @adamw
// LINALG-LABEL: func.func @adamw
func.func @adamw(%p: tensor<4x8xf32>, %g: tensor<4x8xf32>, %m: tensor<4x8xf32>, %v: tensor<4x8xf32>, %lr: tensor<f32>,
                 %c1: tensor<f32>, %c2: tensor<f32>, %scale: tensor<f32>) -> tensor<4x8xf32> {
  // CHECK: nn.adamw %{{.*}} {beta1 = {{.*}} : f64, beta2 = {{.*}} : f64, epsilon = {{.*}} : f64, weight_decay = {{.*}} : f64} :
  // LINALG: %{{.*}}:3 = linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]
  // expected-remark@below {{i0 i1, i0 i1, i0 i1, i0 i1, , , ,  -> i0 i1, i0 i1, i0 i1}}
  // expected-remark@below {{512 flops}}
  // expected-remark@below {{kernel of 1 row dimensions of [4, 8]}}
  %0:3 = nn.adamw %p, %g, %m, %v, %lr, %c1, %c2, %scale {beta1 = 0.9, beta2 = 0.95, epsilon = 1.0e-8, weight_decay = 0.1}
      : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>)
      -> (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>)
  return %0#0 : tensor<4x8xf32>
}
