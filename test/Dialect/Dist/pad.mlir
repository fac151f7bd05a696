// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-vjp-dual --verify-diagnostics -o /dev/null

dist.mesh ["dp" = 2, "tp" = 4]

// CHECK-LABEL: @s_to_p(
func.func @s_to_p(%x: tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) -> tensor<10x6xf32, #dist.sharding<[[], []], partial = ["tp"]>> {
  // CHECK: dist.pad %{{.*}} over ["tp"] dim = 0 cause "q_proj: colwise" : (tensor<3x6xf32, #dist.sharding<{{\[}}["tp"] : 10, []]>>) -> tensor<10x6xf32, #dist.sharding<{{\[}}[], []], partial = ["tp"]>>
  // expected-remark@+1 {{dist.slice to 'tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>', cause "q_proj: colwise (backward)"}}
  %0 = dist.pad %x over ["tp"] dim = 0 cause "q_proj: colwise" : (tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) -> tensor<10x6xf32, #dist.sharding<[[], []], partial = ["tp"]>>
  return %0 : tensor<10x6xf32, #dist.sharding<[[], []], partial = ["tp"]>>
}
