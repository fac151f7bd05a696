// RUN: shard-opt %s --shardc-verify-offsets --split-input-file --verify-diagnostics

exec.arena bytes = 32 persistent = 16 lower_bound = 32
exec.state "x" : tensor<4xf32> kind scalars offset = 0
exec.section @read_before_written repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  %0 = exec.copy(%x) order <0 on gather> bytes <[16]> : (tensor<4xf32>) -> tensor<4xf32>
  // expected-error@+1 {{task 1 (exec.copy) takes what task 0 (exec.copy) writes, but nothing makes it wait for that}}
  %1 = exec.copy(%0) order <1 on compute> bytes <[0]> : (tensor<4xf32>) -> tensor<4xf32>
  exec.write %1, "x" : tensor<4xf32>
}

// -----

exec.arena bytes = 48 persistent = 16 lower_bound = 48
exec.state "x" : tensor<4xf32> kind scalars offset = 0
exec.section @written_while_read repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  %0 = exec.copy(%x) order <0 on compute> bytes <[16]> : (tensor<4xf32>) -> tensor<4xf32>
  %1 = exec.copy(%0) order <1 on compute> bytes <[32]> : (tensor<4xf32>) -> tensor<4xf32>
  // It begins when task 0 is over, but takes the bytes that task 1 reads.
  // expected-error@+1 {{task 2 (exec.copy) writes bytes 16 to 32, which task 1 (exec.copy) may still use: nothing orders them}}
  %2 = exec.copy(%x) order <2 on gather after [0]> bytes <[16]> : (tensor<4xf32>) -> tensor<4xf32>
}

// -----

exec.arena bytes = 48 persistent = 16 lower_bound = 48
exec.state "x" : tensor<4xf32> kind scalars offset = 0
exec.section @overwritten repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  %0 = exec.copy(%x) order <0 on compute> bytes <[16]> : (tensor<4xf32>) -> tensor<4xf32>
  %1 = exec.copy(%x) order <1 on compute> bytes <[20]> : (tensor<4xf32>) -> tensor<4xf32>
  // expected-error@+1 {{task 2 (exec.copy) takes bytes that task 1 (exec.copy) has overwritten}}
  %2 = exec.copy(%0) order <2 on compute> bytes <[32]> : (tensor<4xf32>) -> tensor<4xf32>
}

// -----

exec.arena bytes = 32 persistent = 16 lower_bound = 32
exec.state "x" : tensor<4xf32> kind scalars offset = 0
exec.section @over_its_operand repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  // A copy reads and writes in an order of its own.
  // expected-error@+1 {{task 0 (exec.copy) writes bytes 0 to 16, which task 0 (exec.copy) may still use: nothing orders them}}
  %0 = exec.copy(%x) order <0 on compute> bytes <[0]> : (tensor<4xf32>) -> tensor<4xf32>
  exec.write %0, "x" : tensor<4xf32>
}

// -----

exec.arena bytes = 32 persistent = 16 lower_bound = 32
exec.state "x" : tensor<4xf32> kind scalars offset = 0
exec.section @beyond_the_arena repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  // expected-error@+1 {{task 0 (exec.copy) writes bytes 20 to 36, which the arena of 32 does not have}}
  %0 = exec.copy(%x) order <0 on compute> bytes <[20]> : (tensor<4xf32>) -> tensor<4xf32>
}

// -----

exec.arena bytes = 32 persistent = 32 lower_bound = 32
exec.state "x" : tensor<4xf32> kind scalars offset = 0
exec.state "y" : tensor<4xf32> kind scalars offset = 16
exec.section @part_of_a_state repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  %v = exec.view %x : (tensor<4xf32>) -> tensor<2xf32>
  // expected-error@+1 {{task 0 (exec.copy) writes bytes 16 to 24, some of which belong to state "y"}}
  %0 = exec.copy(%v) order <0 on compute> bytes <[16]> : (tensor<2xf32>) -> tensor<2xf32>
}

// -----

exec.arena bytes = 32 persistent = 32 lower_bound = 32
exec.state "x" : tensor<4xf32> kind scalars offset = 0
exec.state "y"[#dist.part<value>] : tensor<4xf32> kind scalars offset = 16
exec.section @not_its_state repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  // expected-error@+1 {{task 0 (exec.copy) overwrites persistent bytes at offset 16 with a value that is not written to a state}}
  %0 = exec.copy(%x) order <0 on compute> bytes <[16]> : (tensor<4xf32>) -> tensor<4xf32>
}

// -----

exec.arena bytes = 32 persistent = 32 lower_bound = 32
exec.state "x" : tensor<4xf32> kind scalars offset = 0
exec.state "y"[#dist.part<value>] : tensor<4xf32> kind scalars offset = 16
exec.section @read_too_early repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  %0 = exec.copy(%x) order <0 on compute> bytes <[16]> : (tensor<4xf32>) -> tensor<4xf32>
  // expected-error@+1 {{state "y"[#dist.part<value>] is read, but its bytes hold something else}}
  %y = exec.read "y"[#dist.part<value>] : tensor<4xf32>
  exec.write %0, "y"[#dist.part<value>] : tensor<4xf32>
}

// -----

exec.arena bytes = 48 persistent = 16 lower_bound = 48
exec.state "x" : tensor<4xf32> kind scalars offset = 0
exec.section @elsewhere repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  %0 = exec.copy(%x) order <0 on compute> bytes <[16]> : (tensor<4xf32>) -> tensor<4xf32>
  // expected-error@+1 {{state "x" lies at offset 0, but the value that is written to it lies at 16}}
  exec.write %0, "x" : tensor<4xf32>
}

// -----

exec.arena bytes = 32 persistent = 16 lower_bound = 32
exec.state "x" : tensor<4xf32> kind scalars offset = 0
exec.section @workspace repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  // expected-error@+1 {{task 0 (exec.call "f") writes bytes 24 to 32, which task 0 (exec.call "f") may still use: nothing orders them}}
  %0 = exec.call "f"(%x) order <0 on compute> bytes <[16] workspace 24> {constants = [], flops = 0 : i64, floats = array<f64>, integers = array<i64>, workspace = 8 : i64, function_type = !llvm.func<void (ptr)>} : (tensor<4xf32>) -> tensor<4xf32>
}

// -----

exec.arena bytes = 32 persistent = 16 lower_bound = 32
exec.state "x" : tensor<4xf32> kind scalars offset = 0
exec.section @without_offsets repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  // expected-error@+1 {{task 0 (exec.copy) must have an offset for each result}}
  %0 = exec.copy(%x) order <0 on compute> : (tensor<4xf32>) -> tensor<4xf32>
}

// -----

exec.arena bytes = 32 persistent = 16 lower_bound = 32
exec.state "x" : tensor<4xf32> kind scalars offset = 0
// expected-error@+1 {{shares bytes with another state}}
exec.state "y" : tensor<f32> kind scalars offset = 12
exec.section @empty repeat = 1 {
}

// -----

exec.arena bytes = 32 persistent = 16 lower_bound = 32
// expected-error@+1 {{does not lie in the persistent part of the arena}}
exec.state "x" : tensor<4xf32> kind scalars offset = 4
exec.section @empty repeat = 1 {
}

// -----

// expected-error@+1 {{a placed program has one exec.arena, got 0}}
module {
}
