// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-vjp-dual --verify-diagnostics -o /dev/null

dist.mesh ["dp" = 2, "tp" = 4]

// CHECK-LABEL: @c_to_r(
func.func @c_to_r(%x: tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) -> tensor<4xf32> {
  // CHECK: dist.unify %{{.*}} over ["tp"] cause "q_proj: colwise" : (tensor<4xf32, #dist.sharding<{{\[}}[]], copied = ["tp"]>>) -> tensor<4xf32>
  // expected-remark@+1 {{dist.keep_first to 'tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>', cause "q_proj: colwise (backward)"}}
  %0 = dist.unify %x over ["tp"] cause "q_proj: colwise" : (tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
