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
