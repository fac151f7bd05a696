// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-vjp-dual --verify-diagnostics -o /dev/null

dist.mesh ["dp" = 2, "tp" = 4]

// CHECK-LABEL: @p_to_s(
func.func @p_to_s(%x: tensor<10x6xf32, #dist.sharding<[[], []], partial = ["tp"]>>) -> tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>> {
  // CHECK: dist.reduce_scatter %{{.*}} over ["tp"] dim = 0 cause "q_proj: colwise" : (tensor<10x6xf32, #dist.sharding<{{\[}}[], []], partial = ["tp"]>>) -> tensor<3x6xf32, #dist.sharding<{{\[}}["tp"] : 10, []]>>
  // expected-remark@+1 {{dist.all_gather to 'tensor<10x6xf32, #dist.sharding<[[], []], copied = ["tp"]>>', cause "q_proj: colwise (backward)"}}
  %0 = dist.reduce_scatter %x over ["tp"] dim = 0 cause "q_proj: colwise" : (tensor<10x6xf32, #dist.sharding<[[], []], partial = ["tp"]>>) -> tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>
  return %0 : tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>
}

// CHECK-LABEL: @two_axes(
func.func @two_axes(%x: tensor<10x6xf32, #dist.sharding<[[], []], partial = ["dp", "tp"]>>) -> tensor<2x6xf32, #dist.sharding<[["tp", "dp"] : 10, []]>> {
  // CHECK: dist.reduce_scatter %{{.*}} over ["tp", "dp"] dim = 0 cause "q_proj: colwise" : (tensor<10x6xf32, #dist.sharding<{{\[}}[], []], partial = ["dp", "tp"]>>) -> tensor<2x6xf32, #dist.sharding<{{\[}}["tp", "dp"] : 10, []]>>
  // expected-remark@+1 {{dist.all_gather to 'tensor<10x6xf32, #dist.sharding<[[], []], copied = ["dp", "tp"]>>', cause "q_proj: colwise (backward)"}}
  %0 = dist.reduce_scatter %x over ["tp", "dp"] dim = 0 cause "q_proj: colwise" : (tensor<10x6xf32, #dist.sharding<[[], []], partial = ["dp", "tp"]>>) -> tensor<2x6xf32, #dist.sharding<[["tp", "dp"] : 10, []]>>
  return %0 : tensor<2x6xf32, #dist.sharding<[["tp", "dp"] : 10, []]>>
}
