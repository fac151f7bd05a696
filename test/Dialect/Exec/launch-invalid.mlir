// RUN: shard-opt %s --split-input-file --verify-diagnostics

func.func @launch_c1(%x: tensor<8xf32>) {
  // expected-error@+1 {{'exec.launch' op there is no kernel @absent}}
  %0 = exec.launch @absent(%x) : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

// expected-note@+1 {{kernel declared here}}
exec.kernel @same(%x: tensor<8xf32>) -> (tensor<8xf32>) rows = [] in_place = [] {
  exec.yield %x : tensor<8xf32>
}
func.func @launch_c1(%x: tensor<4xf32>) {
  // expected-error@+1 {{'exec.launch' op operands and results must have the types of kernel @same}}
  %0 = exec.launch @same(%x) : (tensor<4xf32>) -> tensor<8xf32>
  return
}

// -----

// expected-note@+1 {{kernel declared here}}
exec.kernel @same(%x: tensor<8xf32>) -> (tensor<8xf32>) rows = [] in_place = [] {
  exec.yield %x : tensor<8xf32>
}
func.func @launch_c1(%x: tensor<8xf32>) {
  // expected-error@+1 {{'exec.launch' op operands and results must have the types of kernel @same}}
  %0:2 = exec.launch @same(%x) : (tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>)
  return
}

// -----

module @shardc.kernels {
  // expected-note@+1 {{function declared here}}
  func.func private @f(memref<8xf32>, memref<8xf32>, memref<256xi8>)
}
exec.kernel @kernel(%x: tensor<8xf32>) -> (tensor<8xf32>) rows = [] in_place = []
    gpu_launches = [#exec.gpu_launch<@shardc.kernels::@f, grid = 1, threads = 1, operands = [0, 1, 2]>] {
  exec.yield %x : tensor<8xf32>
}
func.func @launch_c2(%x: tensor<8xf32>) -> tensor<8xf32> {
  // expected-error@+1 {{'exec.launch' op must have a workspace of 256 bytes, got 64}}
  %0 = exec.launch @kernel(%x) {workspace = 64 : i64} : (tensor<8xf32>) -> tensor<8xf32>
  return %0 : tensor<8xf32>
}
