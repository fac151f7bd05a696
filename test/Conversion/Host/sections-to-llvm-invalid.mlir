// RUN: shard-opt %s --shardc-set-target --shardc-sections-to-llvm --split-input-file --verify-diagnostics

exec.state "x" : tensor<4x8xf32> kind activations offset = 0
exec.section @arity repeat = 1 {
  %x = exec.read "x" : tensor<4x8xf32>
  // expected-error@+1 {{must call 'shardrt_gemm' as '!llvm.func<void (ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64, i64)>', got operands of ('!llvm.ptr', '!llvm.ptr', '!llvm.ptr', 'i64')}}
  %0 = exec.call "shardrt_gemm"(%x) order <0 on compute> bytes <[512]> {constants = [], floats = array<f64>, flops = 0 : i64, function_type = !llvm.func<void (ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64, i64)>, integers = array<i64: 4>, workspace = 0 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
}

// -----

exec.state "x" : tensor<4x8xf32> kind activations
exec.section @state repeat = 1 {
  // expected-error@+1 {{the state "x" has no offset}}
  %x = exec.read "x" : tensor<4x8xf32>
}

// -----

exec.state "x" : tensor<4x8xf32> kind activations offset = 0
exec.section @task repeat = 1 {
  %x = exec.read "x" : tensor<4x8xf32>
  // expected-error@+1 {{must have an offset for each of its 1 results, got 0}}
  %0 = exec.copy(%x) order <0 on compute> : (tensor<4x8xf32>) -> tensor<4x8xf32>
}

// -----

exec.state "x" : tensor<4x8xf32> kind activations offset = 0
exec.section @order repeat = 1 {
  %x = exec.read "x" : tensor<4x8xf32>
  // expected-error@+1 {{must have its index in the program's order of collectives}}
  %0 = exec.collective all_reduce(%x) by sum over ["tp"] cause "a" order <0 on compute> bytes <[0]> {dims = array<i64: -1>, group_size = 4 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
}

// -----

exec.state "x" : tensor<4x8xf32> kind activations offset = 0
exec.section @workspace repeat = 1 {
  %x = exec.read "x" : tensor<4x8xf32>
  // expected-error@+1 {{must have an offset for its workspace of 64 bytes}}
  %0 = exec.call "f"(%x) order <0 on compute> bytes <[512]> {constants = [], floats = array<f64>, flops = 0 : i64, function_type = !llvm.func<void (ptr, ptr, ptr, ptr)>, integers = array<i64>, workspace = 64 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
}

// -----

exec.state "x" : tensor<4x8xf32> kind activations offset = 0
exec.section @phase repeat = 1 {
  // expected-error@+1 {{operation 'exec.phase' is no task}}
  exec.phase backward
}
