// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-vjp-dual --verify-diagnostics -o /dev/null

dist.mesh ["dp" = 2, "tp" = 4]

// CHECK-LABEL: @r_to_s(
func.func @r_to_s(%x: tensor<10x6xf32>) -> tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>> {
  // CHECK: dist.slice %{{.*}} over ["tp"] dim = 0 cause "q_proj: colwise" : (tensor<10x6xf32>) -> tensor<3x6xf32, #dist.sharding<{{\[}}["tp"] : 10, []]>>
  // expected-remark@+1 {{dist.all_gather to 'tensor<10x6xf32>', cause "q_proj: colwise (backward)"}}
  %0 = dist.slice %x over ["tp"] dim = 0 cause "q_proj: colwise" : (tensor<10x6xf32>) -> tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>
  return %0 : tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>
}

// CHECK-LABEL: @c_to_s(
func.func @c_to_s(%x: tensor<10x6xf32, #dist.sharding<[[], []], copied = ["tp"]>>) -> tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>> {
  // CHECK: dist.slice %{{.*}} over ["tp"] dim = 0 cause "q_proj: colwise" : (tensor<10x6xf32, #dist.sharding<{{\[}}[], []], copied = ["tp"]>>) -> tensor<3x6xf32, #dist.sharding<{{\[}}["tp"] : 10, []]>>
  // expected-remark@+1 {{dist.pad to 'tensor<10x6xf32, #dist.sharding<[[], []], partial = ["tp"]>>', cause "q_proj: colwise (backward)"}}
  %0 = dist.slice %x over ["tp"] dim = 0 cause "q_proj: colwise" : (tensor<10x6xf32, #dist.sharding<[[], []], copied = ["tp"]>>) -> tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>
  return %0 : tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>
}

// CHECK-LABEL: @under_another_axis(
func.func @under_another_axis(%x: tensor<8x6xf32, #dist.sharding<[["dp"] : 16, []]>>) -> tensor<2x6xf32, #dist.sharding<[["dp", "tp"] : 16, []]>> {
  // CHECK: dist.slice %{{.*}} over ["tp"] dim = 0 cause "q_proj: colwise" : (tensor<8x6xf32, #dist.sharding<{{\[}}["dp"] : 16, []]>>) -> tensor<2x6xf32, #dist.sharding<{{\[}}["dp", "tp"] : 16, []]>>
  // expected-remark@+1 {{dist.all_gather to 'tensor<8x6xf32, #dist.sharding<[["dp"] : 16, []]>>', cause "q_proj: colwise (backward)"}}
  %0 = dist.slice %x over ["tp"] dim = 0 cause "q_proj: colwise" : (tensor<8x6xf32, #dist.sharding<[["dp"] : 16, []]>>) -> tensor<2x6xf32, #dist.sharding<[["dp", "tp"] : 16, []]>>
  return %0 : tensor<2x6xf32, #dist.sharding<[["dp", "tp"] : 16, []]>>
}
