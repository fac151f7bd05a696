// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-vjp-dual --verify-diagnostics -o /dev/null

dist.mesh ["dp" = 2, "tp" = 4]

// CHECK-LABEL: @rows_to_columns(
func.func @rows_to_columns(%x: tensor<2x12xf32, #dist.sharding<[["tp"] : 8, []]>>) -> tensor<8x3xf32, #dist.sharding<[[], ["tp"] : 12]>> {
  // CHECK: dist.all_to_all %{{.*}} over ["tp"] from 0 to 1 cause "q_proj: colwise" : (tensor<2x12xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>) -> tensor<8x3xf32, #dist.sharding<{{\[}}[], ["tp"] : 12]>>
  // expected-remark@+1 {{dist.all_to_all to 'tensor<2x12xf32, #dist.sharding<[["tp"] : 8, []]>>', cause "q_proj: colwise (backward)"}}
  %0 = dist.all_to_all %x over ["tp"] from 0 to 1 cause "q_proj: colwise" : (tensor<2x12xf32, #dist.sharding<[["tp"] : 8, []]>>) -> tensor<8x3xf32, #dist.sharding<[[], ["tp"] : 12]>>
  return %0 : tensor<8x3xf32, #dist.sharding<[[], ["tp"] : 12]>>
}

// CHECK-LABEL: @behind_another_axis(
func.func @behind_another_axis(%x: tensor<2x12xf32, #dist.sharding<[["tp"] : 8, ["dp"] : 24]>>) -> tensor<8x3xf32, #dist.sharding<[[], ["dp", "tp"] : 24]>> {
  // CHECK: dist.all_to_all %{{.*}} over ["tp"] from 0 to 1 cause "q_proj: colwise" : (tensor<2x12xf32, #dist.sharding<{{\[}}["tp"] : 8, ["dp"] : 24]>>) -> tensor<8x3xf32, #dist.sharding<{{\[}}[], ["dp", "tp"] : 24]>>
  // expected-remark@+1 {{dist.all_to_all to 'tensor<2x12xf32, #dist.sharding<[["tp"] : 8, ["dp"] : 24]>>', cause "q_proj: colwise (backward)"}}
  %0 = dist.all_to_all %x over ["tp"] from 0 to 1 cause "q_proj: colwise" : (tensor<2x12xf32, #dist.sharding<[["tp"] : 8, ["dp"] : 24]>>) -> tensor<8x3xf32, #dist.sharding<[[], ["dp", "tp"] : 24]>>
  return %0 : tensor<8x3xf32, #dist.sharding<[[], ["dp", "tp"] : 24]>>
}
