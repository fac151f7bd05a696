// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @attention_grad
// LINALG-LABEL: func.func @attention_grad
func.func @attention_grad(%dout: tensor<2x8x4x16xf32>, %q: tensor<2x8x4x16xf32>, %k: tensor<2x6x2x16xf32>, %v: tensor<2x6x2x16xf32>,
                          %qp: tensor<2x8xi32>, %kp: tensor<2x6xi32>, %out: tensor<2x8x4x16xf32>, %lse: tensor<2x4x8xf32>)
    -> (tensor<2x8x4x16xf32>, tensor<2x6x2x16xf32>, tensor<2x6x2x16xf32>) {
  // CHECK: nn.attention_grad %{{.*}} {causal, scale = {{.*}} : f64}
  // LINALG: math.exp
  // LINALG-NOT: math.log
  // expected-remark@below {{-> b t (k g) d, b s k d, b s k d; whole d s; linear in 0}}
  // expected-remark@below {{30720 flops}}
  // expected-remark@below {{shardrt_attention_grad [2, 8, 6, 4, 2, 16, 1, 0, 0] 0.250000 workspace 58368}}
  %dq, %dk, %dv = nn.attention_grad %dout, %q, %k, %v, %qp, %kp, %out, %lse {causal, scale = 2.5e-1}
      : (tensor<2x8x4x16xf32>, tensor<2x8x4x16xf32>, tensor<2x6x2x16xf32>, tensor<2x6x2x16xf32>, tensor<2x8xi32>, tensor<2x6xi32>,
         tensor<2x8x4x16xf32>, tensor<2x4x8xf32>) -> (tensor<2x8x4x16xf32>, tensor<2x6x2x16xf32>, tensor<2x6x2x16xf32>)
  return %dq, %dk, %dv : tensor<2x8x4x16xf32>, tensor<2x6x2x16xf32>, tensor<2x6x2x16xf32>
}
