// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-vjp | FileCheck %s --check-prefix=VJP
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG

// A partial x is reduced before the bias is added: the rule is linear in both operands together alone.
// CHECK-LABEL: func.func @add_bias
// VJP-LABEL: func.func @add_bias_vjp
// LINALG-LABEL: func.func @add_bias
func.func @add_bias(%x: tensor<2x8x64xf32>, %b: tensor<64xf32>) -> tensor<2x8x64xf32> {
  // CHECK: nn.add_bias %{{.*}}, %{{.*}} : (tensor<2x8x64xf32>, tensor<64xf32>) -> tensor<2x8x64xf32>
  // VJP: %[[SUM:.*]] = nn.sum_rows %arg2 : (tensor<2x8x64xf32>) -> tensor<64xf32>
  // VJP: return %arg2, %[[SUM]]
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel"]
  // LINALG: arith.addf
  // expected-remark@below {{b t n, n -> b t n; linear in 0+1}}
  // expected-remark@below {{1024 flops}}
  // expected-remark@below {{kernel of 2 row dimensions of [2, 8, 64]}}
  %0 = nn.add_bias %x, %b : (tensor<2x8x64xf32>, tensor<64xf32>) -> tensor<2x8x64xf32>
  return %0 : tensor<2x8x64xf32>
}
