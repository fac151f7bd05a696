// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
dist.mesh ["dp" = 2, "tp" = 4]
dist.parameter @w : tensor<10x6xf32> stored <[["tp", "dp"] : 10, []]> unit "" init "normal"
dist.parameter @norm : tensor<6xf32> stored <[[]]> unit "" init "ones"

// CHECK-LABEL: @before_partition
func.func @before_partition() {
  // CHECK: dist.unshard @w computed <{{\[}}["tp"] : 10, []], copied = ["dp"]> cause "w: colwise" : tensor<10x6xf32>
  %0 = dist.unshard @w computed <[["tp"] : 10, []], copied = ["dp"]> cause "w: colwise" : tensor<10x6xf32>
  return
}

// CHECK-LABEL: @after_partition
func.func @after_partition() {
  // CHECK: dist.unshard @w cause "w: colwise" : tensor<3x6xf32, #dist.sharding<{{\[}}["tp"] : 10, []], copied = ["dp"]>>
  %0 = dist.unshard @w cause "w: colwise" : tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []], copied = ["dp"]>>
  // CHECK: dist.unshard @w cause "w: replicated" : tensor<10x6xf32, #dist.sharding<{{\[}}[], []], copied = ["dp", "tp"]>>
  %1 = dist.unshard @w cause "w: replicated" : tensor<10x6xf32, #dist.sharding<[[], []], copied = ["dp", "tp"]>>
  // CHECK: dist.unshard @norm cause "" : tensor<6xf32, #dist.sharding<{{\[}}[]], copied = ["dp"]>>
  %2 = dist.unshard @norm cause "" : tensor<6xf32, #dist.sharding<[[]], copied = ["dp"]>>
  return
}
