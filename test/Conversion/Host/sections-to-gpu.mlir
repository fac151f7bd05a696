// RUN: shard-opt %s --shardc-sections-to-llvm | FileCheck %s

// Functions are told by their numbers: the second kernel's are the third and the fourth. Each gets the addresses of its operands, then its numbers.
// CHECK-LABEL: llvm.func internal @shard_section_run.0(
// CHECK-SAME:    %[[RANK:.*]]: !llvm.ptr, %[[ARENA:.*]]: !llvm.ptr) -> i32
// CHECK:         llvm.call @shardrt_begin_task(%[[RANK]],
// CHECK:         llvm.mlir.constant(512 : i64)
// CHECK:         %[[WORKSPACE:.*]] = llvm.getelementptr %[[ARENA]]
// CHECK:         %[[NUMBER:.*]] = llvm.mlir.constant(4 : i64)
// CHECK:         llvm.store %[[NUMBER]],
// CHECK:         %[[TWO:.*]] = llvm.mlir.constant(2 : i32)
// CHECK:         llvm.call @shardrt_launch(%[[RANK]], %[[TWO]], %{{.*}}, %{{.*}})
// CHECK:         %[[SEVEN:.*]] = llvm.mlir.constant(7 : i64)
// CHECK:         llvm.store %{{.*}},
// CHECK:         llvm.store %[[WORKSPACE]],
// CHECK:         llvm.store %[[SEVEN]],
// CHECK:         %[[THREE:.*]] = llvm.mlir.constant(3 : i32)
// CHECK:         llvm.call @shardrt_launch(%[[RANK]], %[[THREE]], %{{.*}}, %{{.*}})
// CHECK:         llvm.call @shardrt_end_task(%[[RANK]],
module attributes {exec.target = #exec.target<cuda, cpu = "native", gpu_arch = ["sm_90"], gpu_code = ptx>} {
  module @shardc.kernels {
    llvm.func @f(!llvm.ptr, !llvm.ptr, i64)
  }
  exec.kernel @first(%x: tensor<4xf32>) -> (tensor<4xf32>) rows = [4] in_place = []
      gpu_launches = [#exec.gpu_launch<@shardc.kernels::@f, grid = 4, threads = 64, operands = [0, 1], numbers = [4]>,
                      #exec.gpu_launch<@shardc.kernels::@f, grid = 4, threads = 64, operands = [0, 1], numbers = [4]>] {
    exec.yield %x : tensor<4xf32>
  }
  exec.kernel @second(%x: tensor<4xf32>) -> (tensor<4xf32>) rows = [4] in_place = []
      gpu_launches = [#exec.gpu_launch<@shardc.kernels::@f, grid = 4, threads = 64, operands = [0, 1], numbers = [4]>,
                      #exec.gpu_launch<@shardc.kernels::@f, grid = 4, threads = 64, operands = [1, 2], numbers = [7]>] {
    exec.yield %x : tensor<4xf32>
  }
  exec.state "x" : tensor<4xf32> kind activations offset = 0
  exec.section @run repeat = 1 {
    %x = exec.read "x" : tensor<4xf32>
    %0 = exec.launch @second(%x) order <0 on compute> bytes <[256] workspace 512> {workspace = 64 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  }
}
