// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-vjp-dual --verify-diagnostics -o /dev/null

dist.mesh ["dp" = 2, "tp" = 4]

// CHECK-LABEL: @p_to_r(
func.func @p_to_r(%x: tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) -> tensor<4xf32> {
  // CHECK: dist.all_reduce %{{.*}} over ["tp"] cause "q_proj: colwise" : (tensor<4xf32, #dist.sharding<{{\[}}[]], partial = ["tp"]>>) -> tensor<4xf32>
  // expected-remark@+1 {{dist.vary to 'tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>', cause "q_proj: colwise (backward)"}}
  %0 = dist.all_reduce %x over ["tp"] cause "q_proj: colwise" : (tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: @part_of_the_axes(
func.func @part_of_the_axes(%x: tensor<4xf32, #dist.sharding<[[]], partial = ["dp", "tp"]>>) -> tensor<4xf32, #dist.sharding<[[]], partial = ["dp"]>> {
  // CHECK: dist.all_reduce %{{.*}} over ["tp"] cause "q_proj: colwise" : (tensor<4xf32, #dist.sharding<{{\[}}[]], partial = ["dp", "tp"]>>) -> tensor<4xf32, #dist.sharding<{{\[}}[]], partial = ["dp"]>>
  // expected-remark@+1 {{dist.vary to 'tensor<4xf32, #dist.sharding<[[]], copied = ["dp", "tp"]>>', cause "q_proj: colwise (backward)"}}
  %0 = dist.all_reduce %x over ["tp"] cause "q_proj: colwise" : (tensor<4xf32, #dist.sharding<[[]], partial = ["dp", "tp"]>>) -> tensor<4xf32, #dist.sharding<[[]], partial = ["dp"]>>
  return %0 : tensor<4xf32, #dist.sharding<[[]], partial = ["dp"]>>
}
