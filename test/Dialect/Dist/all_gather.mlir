// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-vjp-dual --verify-diagnostics -o /dev/null

dist.mesh ["dp" = 2, "tp" = 4]

// 10 rows over 4 ranks are 3 each; the whole has no padding.
// CHECK-LABEL: @s_to_r(
func.func @s_to_r(%x: tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) -> tensor<10x6xf32> {
  // CHECK: dist.all_gather %{{.*}} over ["tp"] dim = 0 cause "q_proj: colwise" : (tensor<3x6xf32, #dist.sharding<{{\[}}["tp"] : 10, []]>>) -> tensor<10x6xf32>
  // expected-remark@+1 {{dist.slice to 'tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>', cause "q_proj: colwise (backward)"}}
  %0 = dist.all_gather %x over ["tp"] dim = 0 cause "q_proj: colwise" : (tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) -> tensor<10x6xf32>
  return %0 : tensor<10x6xf32>
}

// CHECK-LABEL: @s_to_c(
func.func @s_to_c(%x: tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) -> tensor<10x6xf32, #dist.sharding<[[], []], copied = ["tp"]>> {
  // CHECK: dist.all_gather %{{.*}} over ["tp"] dim = 0 cause "q_proj: colwise" : (tensor<3x6xf32, #dist.sharding<{{\[}}["tp"] : 10, []]>>) -> tensor<10x6xf32, #dist.sharding<{{\[}}[], []], copied = ["tp"]>>
  // expected-remark@+1 {{dist.reduce_scatter to 'tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>', cause "q_proj: colwise (backward)"}}
  %0 = dist.all_gather %x over ["tp"] dim = 0 cause "q_proj: colwise" : (tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) -> tensor<10x6xf32, #dist.sharding<[[], []], copied = ["tp"]>>
  return %0 : tensor<10x6xf32, #dist.sharding<[[], []], copied = ["tp"]>>
}

// CHECK-LABEL: @minor_axis(
func.func @minor_axis(%x: tensor<2x6xf32, #dist.sharding<[["dp", "tp"] : 16, []]>>) -> tensor<8x6xf32, #dist.sharding<[["dp"] : 16, []], copied = ["tp"]>> {
  // CHECK: dist.all_gather %{{.*}} over ["tp"] dim = 0 cause "q_proj: colwise" : (tensor<2x6xf32, #dist.sharding<{{\[}}["dp", "tp"] : 16, []]>>) -> tensor<8x6xf32, #dist.sharding<{{\[}}["dp"] : 16, []], copied = ["tp"]>>
  // expected-remark@+1 {{dist.reduce_scatter to 'tensor<2x6xf32, #dist.sharding<[["dp", "tp"] : 16, []]>>', cause "q_proj: colwise (backward)"}}
  %0 = dist.all_gather %x over ["tp"] dim = 0 cause "q_proj: colwise" : (tensor<2x6xf32, #dist.sharding<[["dp", "tp"] : 16, []]>>) -> tensor<8x6xf32, #dist.sharding<[["dp"] : 16, []], copied = ["tp"]>>
  return %0 : tensor<8x6xf32, #dist.sharding<[["dp"] : 16, []], copied = ["tp"]>>
}

// CHECK-LABEL: @two_axes(
func.func @two_axes(%x: tensor<2x6xf32, #dist.sharding<[["tp", "dp"] : 10, []]>>) -> tensor<10x6xf32, #dist.sharding<[[], []], copied = ["dp", "tp"]>> {
  // CHECK: dist.all_gather %{{.*}} over ["tp", "dp"] dim = 0 cause "q_proj: colwise" : (tensor<2x6xf32, #dist.sharding<{{\[}}["tp", "dp"] : 10, []]>>) -> tensor<10x6xf32, #dist.sharding<{{\[}}[], []], copied = ["dp", "tp"]>>
  // expected-remark@+1 {{dist.reduce_scatter to 'tensor<2x6xf32, #dist.sharding<[["tp", "dp"] : 10, []]>>', cause "q_proj: colwise (backward)"}}
  %0 = dist.all_gather %x over ["tp", "dp"] dim = 0 cause "q_proj: colwise" : (tensor<2x6xf32, #dist.sharding<[["tp", "dp"] : 10, []]>>) -> tensor<10x6xf32, #dist.sharding<[[], []], copied = ["dp", "tp"]>>
  return %0 : tensor<10x6xf32, #dist.sharding<[[], []], copied = ["dp", "tp"]>>
}
