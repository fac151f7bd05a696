// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
dist.mesh ["dp" = 2, "tp" = 4]
dist.parameter @w : tensor<10x6xf32> stored <[["tp", "dp"] : 10, []]> accumulator <f32, <[["tp"] : 10, []], partial = ["dp"]>> unit "" init "normal"

// CHECK: dist.state @loss : tensor<f32> kind scalar
dist.state @loss : tensor<f32> kind scalar
// CHECK: dist.state @tokens : tensor<4x8xi32, #dist.sharding<{{\[}}["dp"] : 8, []]>> kind input
dist.state @tokens : tensor<4x8xi32, #dist.sharding<[["dp"] : 8, []]>> kind input

// CHECK-LABEL: @states
func.func @states() {
  // CHECK: dist.read @loss : tensor<f32>
  %0 = dist.read @loss : tensor<f32>
  // CHECK: dist.write %{{.*}}, @loss : tensor<f32>
  dist.write %0, @loss : tensor<f32>
  return
}

// 10 rows over 4 ranks of tp are 3 each, and those over 2 of dp 2 each.
// CHECK-LABEL: @parts
func.func @parts() {
  // CHECK: dist.read @w[value] : tensor<2x6xf32, #dist.sharding<{{\[}}["tp", "dp"] : 10, []]>>
  %0 = dist.read @w[value] : tensor<2x6xf32, #dist.sharding<[["tp", "dp"] : 10, []]>>
  // CHECK: dist.write %{{.*}}, @w[moment1] : tensor<2x6xf32, #dist.sharding<{{\[}}["tp", "dp"] : 10, []]>>
  dist.write %0, @w[moment1] : tensor<2x6xf32, #dist.sharding<[["tp", "dp"] : 10, []]>>
  // An accumulator that is yet to be reduced over dp.
  // CHECK: dist.read @w[gradient] : tensor<3x6xf32, #dist.sharding<{{\[}}["tp"] : 10, []], partial = ["dp"]>>
  %1 = dist.read @w[gradient] : tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []], partial = ["dp"]>>
  return
}
