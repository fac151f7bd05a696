// RUN: shard-opt %s --shardc-merge-gpu-functions --split-input-file | FileCheck %s

// Two functions do the same, each with shared memory of its own: launches of the second get the first. A block of other size is
// another kernel.
// CHECK-DAG: exec.kernel @scale_0({{.*}} gpu_launches = [#exec.gpu_launch<@shardc.kernels::@scale_0, grid = 4, threads = 64, operands = [0, 1], numbers = [4]>]
// CHECK-DAG: exec.kernel @scale_1({{.*}} gpu_launches = [#exec.gpu_launch<@shardc.kernels::@scale_0, grid = 8, threads = 64, operands = [0, 1], numbers = [8]>]
// CHECK-DAG: exec.kernel @scale_2({{.*}} gpu_launches = [#exec.gpu_launch<@shardc.kernels::@scale_2, grid = 8, threads = 32, operands = [0, 1], numbers = [8]>]
// CHECK-LABEL: module @shardc.kernels
// CHECK-NOT:     @scale_1
// CHECK:         llvm.func @scale_0({{.*}}) attributes {nvvm.kernel, nvvm.reqntid = array<i32: 64, 1, 1>}
// CHECK-NOT:     @scale_1
// CHECK:         llvm.func @scale_2({{.*}}) attributes {nvvm.kernel, nvvm.reqntid = array<i32: 32, 1, 1>}
module attributes {exec.target = #exec.target<cuda, cpu = "native", gpu_arch = ["sm_90"], gpu_code = ptx>} {
  exec.kernel @scale_0(%x: tensor<4xf32>) -> (tensor<4xf32>) rows = [4] in_place = []
      gpu_launches = [#exec.gpu_launch<@shardc.kernels::@scale_0, grid = 4, threads = 64, operands = [0, 1], numbers = [4]>] {
    exec.yield %x : tensor<4xf32>
  }
  exec.kernel @scale_1(%x: tensor<8xf32>) -> (tensor<8xf32>) rows = [8] in_place = []
      gpu_launches = [#exec.gpu_launch<@shardc.kernels::@scale_1, grid = 8, threads = 64, operands = [0, 1], numbers = [8]>] {
    exec.yield %x : tensor<8xf32>
  }
  exec.kernel @scale_2(%x: tensor<8xf32>) -> (tensor<8xf32>) rows = [8] in_place = []
      gpu_launches = [#exec.gpu_launch<@shardc.kernels::@scale_2, grid = 8, threads = 32, operands = [0, 1], numbers = [8]>] {
    exec.yield %x : tensor<8xf32>
  }
  module @shardc.kernels {
    llvm.mlir.global private @scale_0$shared0() {addr_space = 3 : i32} : !llvm.array<2 x f32>
    llvm.mlir.global private @scale_1$shared0() {addr_space = 3 : i32} : !llvm.array<2 x f32>
    llvm.mlir.global private @scale_2$shared0() {addr_space = 3 : i32} : !llvm.array<2 x f32>
    llvm.func @scale_0(%x: !llvm.ptr, %y: !llvm.ptr, %n: i64) {
      %0 = llvm.mlir.addressof @scale_0$shared0 : !llvm.ptr<3>
      %1 = llvm.load %0 : !llvm.ptr<3> -> f32
      llvm.store %1, %y : f32, !llvm.ptr
      llvm.return
    }
    llvm.func @scale_1(%x: !llvm.ptr, %y: !llvm.ptr, %n: i64) {
      %0 = llvm.mlir.addressof @scale_1$shared0 : !llvm.ptr<3>
      %1 = llvm.load %0 : !llvm.ptr<3> -> f32
      llvm.store %1, %y : f32, !llvm.ptr
      llvm.return
    }
    llvm.func @scale_2(%x: !llvm.ptr, %y: !llvm.ptr, %n: i64) {
      %0 = llvm.mlir.addressof @scale_2$shared0 : !llvm.ptr<3>
      %1 = llvm.load %0 : !llvm.ptr<3> -> f32
      llvm.store %1, %y : f32, !llvm.ptr
      llvm.return
    }
  }
}

// -----

// In a program for the CPU there is nothing to do.
// CHECK: module attributes {exec.target = #exec.target<cpu, cpu = "native">}
module attributes {exec.target = #exec.target<cpu, cpu = "native">} {}
