// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @constant
// LINALG-LABEL: func.func @constant
func.func @constant() -> tensor<i32> {
  // CHECK: nn.constant -3 : tensor<i32>
  // LINALG: arith.constant -3 : i32
  // expected-remark@below {{ -> }}
  // expected-remark@below {{0 flops}}
  // expected-remark@below {{kernel of 0 row dimensions of []}}
  %0 = nn.constant -3 : tensor<i32>
  return %0 : tensor<i32>
}
