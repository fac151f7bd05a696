// RUN: shard-opt %s --split-input-file --verify-diagnostics

exec.state "x" : tensor<f32> kind scalars
exec.section @section_c1 repeat = 1 {
  %x = exec.read "x" : tensor<f32>
  %0 = exec.copy(%x) order <2 on compute> : (tensor<f32>) -> tensor<f32>
  // expected-error@+1 {{'exec.copy' op task ids must ascend, got 2 after 2}}
  %1 = exec.copy(%x) order <2 on compute> : (tensor<f32>) -> tensor<f32>
}

// -----

exec.state "x" : tensor<f32> kind scalars
exec.section @section_c2 repeat = 1 {
  %x = exec.read "x" : tensor<f32>
  // expected-error@+1 {{'exec.copy' op waits for task 1, which is no earlier task of the section}}
  %0 = exec.copy(%x) order <0 on compute after [1]> : (tensor<f32>) -> tensor<f32>
  %1 = exec.copy(%x) order <1 on compute> : (tensor<f32>) -> tensor<f32>
}

// -----

exec.section @section_c3 repeat = 1 {
  // expected-error@+1 {{'exec.read' op there is no state "x"[#dist.part<value>]}}
  %x = exec.read "x"[#dist.part<value>] : tensor<f32>
}

// -----

// expected-note@+1 {{state declared here}}
exec.state "x" : tensor<4xf32> kind scalars
exec.section @section_c3 repeat = 1 {
  // expected-error@+1 {{'exec.read' op must have the bytes of the state, 16, got 4}}
  %x = exec.read "x" : tensor<f32>
}

// -----

exec.state "x" : tensor<f32> kind scalars
// expected-note@+1 {{state declared here}}
exec.state "y" : tensor<f64> kind scalars
exec.section @section_c3 repeat = 1 {
  %x = exec.read "x" : tensor<f32>
  // expected-error@+1 {{'exec.write' op must have the bytes of the state, 8, got 4}}
  exec.write %x, "y" : tensor<f32>
}

// -----

// expected-note@+1 {{the other is here}}
exec.state "x"[#dist.part<value>] : tensor<f32> kind scalars
exec.state "x"[#dist.part<gradient>] : tensor<f32> kind scalars
// expected-error@+1 {{'exec.state' op there are two states "x"[#dist.part<value>]}}
exec.state "x"[#dist.part<value>] : tensor<f32> kind scalars
exec.section @state_c1 repeat = 0 {
}

// -----

func.func @view_c1(%x: tensor<4xf32>) {
  // expected-error@+1 {{'exec.view' op the result must have at most the bytes of the operand, got 20 and 16}}
  %0 = exec.view %x : (tensor<4xf32>) -> tensor<5xf32>
  return
}
