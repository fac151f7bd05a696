// RUN: shard-opt %s --verify-roundtrip | FileCheck %s

#identity = affine_map<(d0, d1) -> (d0, d1)>

// CHECK: exec.kernel @add(%{{.*}}: tensor<8x16xf32>, %{{.*}}: tensor<8x16xf32>) -> (tensor<8x16xf32>) rows = [8] in_place = [0, 0, 0, 1] flops = 128 {
// CHECK: exec.yield %{{.*}} : tensor<8x16xf32>
exec.kernel @add(%x: tensor<8x16xf32>, %y: tensor<8x16xf32>) -> (tensor<8x16xf32>) rows = [8] in_place = [0, 0, 0, 1] flops = 128 {
  %e = tensor.empty() : tensor<8x16xf32>
  %0 = linalg.generic {indexing_maps = [#identity, #identity, #identity], iterator_types = ["parallel", "parallel"]}
      ins(%x, %y : tensor<8x16xf32>, tensor<8x16xf32>) outs(%e : tensor<8x16xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<8x16xf32>
  exec.yield %0 : tensor<8x16xf32>
}

// No rows, nothing in place, no flops, no arguments.
// CHECK: exec.kernel @empty() -> (tensor<f32>) rows = [] in_place = [] {
exec.kernel @empty() -> (tensor<f32>) rows = [] in_place = [] {
  %e = tensor.empty() : tensor<f32>
  exec.yield %e : tensor<f32>
}

// No results, and attributes of others.
// CHECK: exec.kernel @none(%{{.*}}: tensor<2xf32>) -> () rows = [2] in_place = [] attributes {note = "kept"} {
exec.kernel @none(%x: tensor<2xf32>) -> () rows = [2] in_place = [] attributes {note = "kept"} {
  exec.yield
}

// Functions for a GPU, which one launch or several have.
module @shardc.kernels {
  func.func private @f(memref<4xf32>, memref<4xf32>, i64)
}
// CHECK: exec.kernel @launched(%{{.*}}: tensor<4xf32>) -> (tensor<4xf32>) rows = [4] in_place = [] flops = 4 gpu_launches = [
// CHECK-SAME: #exec.gpu_launch<@shardc.kernels::@f, grid = 2, threads = 32, operands = [0, 1], numbers = [4]>,
// CHECK-SAME: #exec.gpu_launch<@shardc.kernels::@f, grid = 1, threads = 256, operands = [1, 1, 0]>] {
exec.kernel @launched(%x: tensor<4xf32>) -> (tensor<4xf32>) rows = [4] in_place = [] flops = 4
    gpu_launches = [#exec.gpu_launch<@shardc.kernels::@f, grid = 2, threads = 32, operands = [0, 1], numbers = [4]>,
                    #exec.gpu_launch<@shardc.kernels::@f, grid = 1, threads = 256, operands = [1, 1, 0]>] {
  exec.yield %x : tensor<4xf32>
}
