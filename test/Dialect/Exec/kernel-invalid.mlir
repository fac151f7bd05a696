// RUN: shard-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{'exec.kernel' op must end in an exec.yield of its result types}}
exec.kernel @kernel_c1(%x: tensor<8xf32>) -> (tensor<f32>) rows = [] in_place = [] {
  exec.yield %x : tensor<8xf32>
}

// -----

// expected-error@+1 {{'exec.kernel' op in_place must be pairs, got 1 numbers}}
exec.kernel @kernel_c2(%x: tensor<8xf32>) -> (tensor<8xf32>) rows = [] in_place = [0] {
  exec.yield %x : tensor<8xf32>
}

// -----

// expected-error@+1 {{'exec.kernel' op in_place names result 0 and argument 1, one of which is not there}}
exec.kernel @kernel_c2(%x: tensor<8xf32>) -> (tensor<8xf32>) rows = [] in_place = [0, 1] {
  exec.yield %x : tensor<8xf32>
}

// -----

// expected-error@+1 {{'exec.kernel' op result 0 and argument 1 of in_place differ in size}}
exec.kernel @kernel_c2(%x: tensor<8xf32>, %y: tensor<4xf32>) -> (tensor<8xf32>) rows = [] in_place = [0, 1] {
  exec.yield %x : tensor<8xf32>
}

// -----

// expected-error@+1 {{'exec.kernel' op rows must be positive, got 0}}
exec.kernel @kernel_c3(%x: tensor<8xf32>) -> (tensor<8xf32>) rows = [0] in_place = [] {
  exec.yield %x : tensor<8xf32>
}

// -----

func.func @kernel_parent() {
  // expected-error@+1 {{'exec.kernel' op expects parent op 'builtin.module'}}
  exec.kernel @inner() -> () rows = [] in_place = [] {
    exec.yield
  }
  return
}

// -----

// expected-error@+1 {{'exec.kernel' op there is no function @shardc.kernels::@f to launch}}
exec.kernel @kernel_c4(%x: tensor<8xf32>) -> (tensor<8xf32>) rows = [] in_place = []
    gpu_launches = [#exec.gpu_launch<@shardc.kernels::@f, grid = 1, threads = 1, operands = [0]>] {
  exec.yield %x : tensor<8xf32>
}

// -----

module @shardc.kernels {
  // expected-note@+1 {{function declared here}}
  func.func private @f(memref<8xf32>, memref<8xf32>)
}
// expected-error@+1 {{'exec.kernel' op launches @shardc.kernels::@f with 3 arguments, and it takes 2}}
exec.kernel @kernel_c4(%x: tensor<8xf32>) -> (tensor<8xf32>) rows = [] in_place = []
    gpu_launches = [#exec.gpu_launch<@shardc.kernels::@f, grid = 1, threads = 1, operands = [0, 1], numbers = [8]>] {
  exec.yield %x : tensor<8xf32>
}

// -----

module @shardc.kernels {
  // expected-note@+1 {{function declared here}}
  func.func private @f(memref<8xf32>, memref<4xf32>)
}
// expected-error@+1 {{'exec.kernel' op launches @shardc.kernels::@f with 'tensor<8xf32>', for which it takes 'memref<4xf32>'}}
exec.kernel @kernel_c4(%x: tensor<8xf32>) -> (tensor<8xf32>) rows = [] in_place = []
    gpu_launches = [#exec.gpu_launch<@shardc.kernels::@f, grid = 1, threads = 1, operands = [0, 1]>] {
  exec.yield %x : tensor<8xf32>
}

// -----

// @gpulaunch_c1
// expected-error@+1 {{grid and threads must be positive, got 0 and 32}}
#zero = #exec.gpu_launch<@f, grid = 0, threads = 32, operands = [0]>

// -----

// @gpulaunch_c2
// expected-error@+1 {{operands must not be negative, got -1}}
#negative = #exec.gpu_launch<@f, grid = 1, threads = 32, operands = [-1]>
