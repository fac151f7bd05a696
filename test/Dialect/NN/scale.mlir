// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-vjp | FileCheck %s --check-prefix=VJP
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @scale
// VJP-LABEL: func.func @scale_vjp
// LINALG-LABEL: func.func @scale
func.func @scale(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  // CHECK: nn.scale %{{.*}} by 8.000000e+00 : tensor<2x8xf32>
  // VJP: nn.scale %arg1 by 8.000000e+00
  // LINALG: arith.mulf %{{.*}}, %cst
  // expected-remark@below {{i0 i1 -> i0 i1; linear in 0}}
  // expected-remark@below {{16 flops}}
  // expected-remark@below {{kernel of 1 row dimensions of [2, 8]}}
  %0 = nn.scale %x by 8.0 : tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}
