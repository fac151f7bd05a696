// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-vjp | FileCheck %s --check-prefix=VJP
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @causal
// VJP-LABEL: func.func @causal_vjp
// LINALG-LABEL: func.func @causal
func.func @causal(%q: tensor<2x8x4x16xf32>, %k: tensor<2x6x2x16xf32>, %v: tensor<2x6x2x16xf32>, %qp: tensor<2x8xi32>,
                  %kp: tensor<2x6xi32>) -> tensor<2x8x4x16xf32> {
  // CHECK: nn.attention %{{.*}} scale = {{.*}} causal window = 5 :
  // VJP: %[[OUT:.*]], %[[LSE:.*]] = nn.attention
  // VJP: nn.attention_grad %arg5, %arg0, %arg1, %arg2, %arg3, %arg4, %[[OUT]], %[[LSE]] {causal, scale = {{.*}} : f64, window = 5 : i64}
  // LINALG: arith.cmpi sle
  // LINALG: arith.cmpi slt
  // expected-remark@below {{b t (k g) d, b s k d, b s k d, b t, b s -> b t (k g) d, b (k g) t; whole d s}}
  // expected-remark@below {{12288 flops}}
  // expected-remark@below {{shardrt_attention [2, 8, 6, 4, 2, 16, 1, 5, 0] 0.250000 workspace 58368}}
  %0, %lse = nn.attention %q, %k, %v, %qp, %kp scale = 2.5e-1 causal window = 5
      : (tensor<2x8x4x16xf32>, tensor<2x6x2x16xf32>, tensor<2x6x2x16xf32>, tensor<2x8xi32>, tensor<2x6xi32>)
      -> (tensor<2x8x4x16xf32>, tensor<2x4x8xf32>)
  return %0 : tensor<2x8x4x16xf32>
}

// CHECK-LABEL: func.func @all_keys
// VJP-LABEL: func.func @all_keys_vjp
// LINALG-LABEL: func.func @all_keys
func.func @all_keys(%q: tensor<2x8x4x16xf32>, %k: tensor<2x6x2x16xf32>, %v: tensor<2x6x2x16xf32>, %qp: tensor<2x8xi32>,
                    %kp: tensor<2x6xi32>) -> tensor<2x8x4x16xf32> {
  // CHECK: nn.attention %{{.*}} scale = {{[^ ]*}} :
  // VJP: nn.attention_grad {{.*}} {scale = {{.*}} : f64}
  // LINALG-NOT: arith.cmpi
  // expected-remark@below {{whole d s}}
  // expected-remark@below {{24576 flops}}
  // expected-remark@below {{shardrt_attention [2, 8, 6, 4, 2, 16, 0, 0, 0] 0.250000 workspace 58368}}
  %0, %lse = nn.attention %q, %k, %v, %qp, %kp scale = 2.5e-1
      : (tensor<2x8x4x16xf32>, tensor<2x6x2x16xf32>, tensor<2x6x2x16xf32>, tensor<2x8xi32>, tensor<2x6xi32>)
      -> (tensor<2x8x4x16xf32>, tensor<2x4x8xf32>)
  return %0 : tensor<2x8x4x16xf32>
}
