// RUN: shard-opt %s --shardc-sections-to-llvm --split-input-file --verify-diagnostics

module attributes {exec.target = #exec.target<cuda, cpu = "native", gpu_arch = ["sm_90"], gpu_code = ptx>} {
  // expected-error@+1 {{has no launches on a GPU, which the program is for}}
  exec.kernel @kernel(%x: tensor<4xf32>) -> (tensor<4xf32>) rows = [4] in_place = [] {
    exec.yield %x : tensor<4xf32>
  }
  exec.state "x" : tensor<4xf32> kind activations offset = 0
  exec.section @run repeat = 1 {
    %x = exec.read "x" : tensor<4xf32>
    %0 = exec.launch @kernel(%x) order <0 on compute> bytes <[256]> : (tensor<4xf32>) -> tensor<4xf32>
  }
}

// -----

module attributes {exec.target = #exec.target<cuda, cpu = "native", gpu_arch = ["sm_90"], gpu_code = ptx>} {
  module @shardc.kernels {
    llvm.func @f(!llvm.ptr, !llvm.ptr)
  }
  // expected-error@+1 {{is launched with operand 2, and has 2}}
  exec.kernel @kernel(%x: tensor<4xf32>) -> (tensor<4xf32>) rows = [4] in_place = []
      gpu_launches = [#exec.gpu_launch<@shardc.kernels::@f, grid = 4, threads = 64, operands = [1, 2]>] {
    exec.yield %x : tensor<4xf32>
  }
  exec.state "x" : tensor<4xf32> kind activations offset = 0
  exec.section @run repeat = 1 {
    %x = exec.read "x" : tensor<4xf32>
    %0 = exec.launch @kernel(%x) order <0 on compute> bytes <[256]> : (tensor<4xf32>) -> tensor<4xf32>
  }
}

// -----

module attributes {exec.target = #exec.target<cuda, cpu = "native", gpu_arch = ["sm_90"], gpu_code = ptx>} {
  module @shardc.kernels {
    llvm.func @f(!llvm.ptr, !llvm.ptr, !llvm.ptr)
  }
  exec.kernel @kernel(%x: tensor<4xf32>) -> (tensor<4xf32>) rows = [4] in_place = []
      gpu_launches = [#exec.gpu_launch<@shardc.kernels::@f, grid = 4, threads = 64, operands = [0, 1, 2]>] {
    exec.yield %x : tensor<4xf32>
  }
  exec.state "x" : tensor<4xf32> kind activations offset = 0
  exec.section @run repeat = 1 {
    %x = exec.read "x" : tensor<4xf32>
    // expected-error@+1 {{must have an offset for its workspace of 64 bytes}}
    %0 = exec.launch @kernel(%x) order <0 on compute> bytes <[256]> {workspace = 64 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  }
}

// -----

// expected-error@+1 {{has no exec.target, which says what the program runs on; shardc-set-target gives it one}}
module {}
