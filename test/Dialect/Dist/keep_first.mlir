// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-vjp-dual --verify-diagnostics -o /dev/null

dist.mesh ["dp" = 2, "tp" = 4]

// CHECK-LABEL: @c_to_p(
func.func @c_to_p(%x: tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) -> tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>> {
  // CHECK: dist.keep_first %{{.*}} over ["tp"] cause "q_proj: colwise" : (tensor<4xf32, #dist.sharding<{{\[}}[]], copied = ["tp"]>>) -> tensor<4xf32, #dist.sharding<{{\[}}[]], partial = ["tp"]>>
  // expected-remark@+1 {{dist.keep_first to 'tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>', cause "q_proj: colwise (backward)"}}
  %0 = dist.keep_first %x over ["tp"] cause "q_proj: colwise" : (tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) -> tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>
  return %0 : tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>
}

// CHECK-LABEL: @r_to_p(
func.func @r_to_p(%x: tensor<4xf32>) -> tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>> {
  // CHECK: dist.keep_first %{{.*}} over ["tp"] cause "q_proj: colwise" : (tensor<4xf32>) -> tensor<4xf32, #dist.sharding<{{\[}}[]], partial = ["tp"]>>
  // expected-remark@+1 {{dist.unify to 'tensor<4xf32>', cause "q_proj: colwise (backward)"}}
  %0 = dist.keep_first %x over ["tp"] cause "q_proj: colwise" : (tensor<4xf32>) -> tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>
  return %0 : tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>
}
