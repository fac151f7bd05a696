// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-vjp | FileCheck %s --check-prefix=VJP
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @gelu
// VJP-LABEL: func.func @gelu_vjp
// LINALG-LABEL: func.func @gelu
func.func @gelu(%x: tensor<2x8x64xf32>) -> tensor<2x8x64xf32> {
  // CHECK: nn.gelu %{{.*}} : tensor<2x8x64xf32>
  // VJP: nn.gelu_grad %arg1, %arg0
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel"]
  // LINALG: math.exp
  // LINALG: arith.divf
  // expected-remark@below {{i0 i1 i2 -> i0 i1 i2}}
  // expected-remark@below {{9216 flops}}
  // expected-remark@below {{kernel of 2 row dimensions of [2, 8, 64]}}
  %0 = nn.gelu %x : tensor<2x8x64xf32>
  return %0 : tensor<2x8x64xf32>
}
