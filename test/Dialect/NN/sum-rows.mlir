// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @sum_rows
// LINALG-LABEL: func.func @sum_rows
func.func @sum_rows(%x: tensor<2x8x64xf32>) -> tensor<64xf32> {
  // CHECK: nn.sum_rows %{{.*}} : (tensor<2x8x64xf32>) -> tensor<64xf32>
  // LINALG: linalg.generic {{.*}} iterator_types = ["reduction", "reduction", "parallel"]
  // expected-remark@below {{b t n -> n; linear in 0}}
  // expected-remark@below {{1024 flops}}
  // expected-remark@below {{kernel of 2 row dimensions of [2, 8, 64]}}
  %0 = nn.sum_rows %x : (tensor<2x8x64xf32>) -> tensor<64xf32>
  return %0 : tensor<64xf32>
}
