// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
dist.mesh ["dp" = 2, "tp" = 4]
dist.parameter @w : tensor<10x6xf32> stored <[["tp", "dp"] : 10, []]> unit "" init "normal"

// CHECK-LABEL: @accumulate
func.func @accumulate(%0: tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []], partial = ["dp"]>>) {
  // CHECK: dist.accumulate %{{.*}}, @w cause "w: colwise" : tensor<3x6xf32, #dist.sharding<{{\[}}["tp"] : 10, []], partial = ["dp"]>>
  dist.accumulate %0, @w cause "w: colwise" : tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []], partial = ["dp"]>>
  return
}
