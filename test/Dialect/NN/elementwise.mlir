// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-vjp | FileCheck %s --check-prefix=VJP
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @silu
// VJP-LABEL: func.func @silu_vjp
// LINALG-LABEL: func.func @silu
func.func @silu(%x: tensor<2x8x64xf32>) -> tensor<2x8x64xf32> {
  // CHECK: nn.silu %{{.*}} : tensor<2x8x64xf32>
  // VJP: nn.silu_grad %arg1, %arg0
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel"]
  // LINALG: math.exp
  // LINALG: arith.divf
  // expected-remark@below {{i0 i1 i2 -> i0 i1 i2}}
  // expected-remark@below {{4096 flops}}
  // expected-remark@below {{kernel of 2 row dimensions of [2, 8, 64]}}
  %0 = nn.silu %x : tensor<2x8x64xf32>
  return %0 : tensor<2x8x64xf32>
}

// CHECK-LABEL: func.func @cast
// VJP-LABEL: func.func @cast_vjp
// LINALG-LABEL: func.func @cast
func.func @cast(%x: tensor<2x8xf32>) -> tensor<2x8xbf16> {
  // CHECK: nn.cast %{{.*}} : (tensor<2x8xf32>) -> tensor<2x8xbf16>
  // VJP: nn.cast %arg1 : (tensor<2x8xbf16>) -> tensor<2x8xf32>
  // LINALG: arith.truncf %{{.*}} : f32 to bf16
  // expected-remark@below {{i0 i1 -> i0 i1; linear in 0}}
  // expected-remark@below {{0 flops}}
  // expected-remark@below {{kernel of 1 row dimensions of [2, 8]}}
  %0 = nn.cast %x : (tensor<2x8xf32>) -> tensor<2x8xbf16>
  return %0 : tensor<2x8xbf16>
}

// LINALG-LABEL: func.func @widen
func.func @widen(%x: tensor<2x8xbf16>) -> tensor<2x8xf32> {
  // LINALG: %[[WIDE:.*]] = arith.extf %{{.*}} : bf16 to f32
  // LINALG: linalg.yield %[[WIDE]]
  // expected-remark@below {{i0 i1 -> i0 i1; linear in 0}}
  // expected-remark@below {{0 flops}}
  // expected-remark@below {{kernel of 1 row dimensions of [2, 8]}}
  %0 = nn.cast %x : (tensor<2x8xbf16>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// CHECK-LABEL: func.func @add
// VJP-LABEL: func.func @add_vjp
// LINALG-LABEL: func.func @add
func.func @add(%x: tensor<2x8xf32>, %y: tensor<2x8xf32>) -> tensor<2x8xf32> {
  // CHECK: nn.add %{{.*}}, %{{.*}} : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  // VJP: return %arg2, %arg2
  // LINALG: arith.addf
  // expected-remark@below {{i0 i1, i0 i1 -> i0 i1; linear in 0+1}}
  // expected-remark@below {{16 flops}}
  // expected-remark@below {{kernel of 1 row dimensions of [2, 8]}}
  %0 = nn.add %x, %y : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// CHECK-LABEL: func.func @sub
// VJP-LABEL: func.func @sub_vjp
// LINALG-LABEL: func.func @sub
func.func @sub(%x: tensor<2x8xf32>, %y: tensor<2x8xf32>) -> tensor<2x8xf32> {
  // CHECK: nn.sub %{{.*}}, %{{.*}} : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  // VJP: %[[NEG:.*]] = nn.neg %arg2
  // VJP: return %arg2, %[[NEG]]
  // LINALG: arith.subf
  // expected-remark@below {{i0 i1, i0 i1 -> i0 i1; linear in 0+1}}
  // expected-remark@below {{16 flops}}
  // expected-remark@below {{kernel of 1 row dimensions of [2, 8]}}
  %0 = nn.sub %x, %y : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// CHECK-LABEL: func.func @mul
// VJP-LABEL: func.func @mul_vjp
// LINALG-LABEL: func.func @mul
func.func @mul(%x: tensor<2x8xf32>, %y: tensor<2x8xf32>) -> tensor<2x8xf32> {
  // CHECK: nn.mul %{{.*}}, %{{.*}} : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  // VJP: nn.mul %arg2, %arg1
  // VJP: nn.mul %arg2, %arg0
  // LINALG: arith.mulf
  // expected-remark@below {{i0 i1, i0 i1 -> i0 i1; linear in 0; linear in 1}}
  // expected-remark@below {{16 flops}}
  // expected-remark@below {{kernel of 1 row dimensions of [2, 8]}}
  %0 = nn.mul %x, %y : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}
