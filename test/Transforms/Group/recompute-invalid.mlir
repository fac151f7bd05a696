// RUN: shard-opt %s --shardc-recompute --split-input-file --verify-diagnostics

// What is recomputed must have no effect.
dist.mesh ["tp" = 2]
dist.state @seed : tensor<4xf32> kind scalar
func.func @micro(%x: tensor<4xf32>, %dout: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0:2 = call @forward.Layer(%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  %1 = call @backward.Layer(%0#1, %dout) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0#0, %1 : tensor<4xf32>, tensor<4xf32>
}
func.func private @forward.Layer(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32> {dist.residual = #dist.residual<recompute>}) {
  // expected-error@+1 {{cannot be recomputed: only operations without an effect can}}
  %0 = dist.read @seed : tensor<4xf32>
  %1 = nn.mul %x, %0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = nn.silu %1 : tensor<4xf32>
  return %2, %1 : tensor<4xf32>, tensor<4xf32>
}
func.func private @backward.Layer(%r: tensor<4xf32>, %dout: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.silu_grad %dout, %r : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// Nothing but a backward function takes it.
func.func @micro(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{result 1 is recomputed, so only one call, of a backward function, can take it}}
  %0:2 = call @forward.Layer(%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  return %0#1 : tensor<4xf32>
}
func.func private @forward.Layer(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32> {dist.residual = #dist.residual<recompute>}) {
  %0 = nn.silu %x : tensor<4xf32>
  return %0, %0 : tensor<4xf32>, tensor<4xf32>
}

// -----

// There must be a cotangent that recomputation waits for.
func.func @micro(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0:2 = call @forward.Layer(%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  %1 = call @backward.Layer(%0#1) : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
func.func private @forward.Layer(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32> {dist.residual = #dist.residual<recompute>}) {
  %0 = nn.silu %x : tensor<4xf32>
  return %0, %0 : tensor<4xf32>, tensor<4xf32>
}
// expected-error@+1 {{must take a cotangent behind its residuals: recomputation begins when it arrives}}
func.func private @backward.Layer(%r: tensor<4xf32>) -> tensor<4xf32> {
  return %r : tensor<4xf32>
}

// -----

// All calls of a backward function take the same residuals.
func.func @micro(%x: tensor<4xf32>, %dout: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0:2 = call @forward.Layer(%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  %1 = call @backward.Layer(%0#1, %dout) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // expected-error@+1 {{must take what is recomputed from a call of @forward.Layer, as other calls of @backward.Layer do}}
  %2 = call @backward.Layer(%x, %dout) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1, %2 : tensor<4xf32>, tensor<4xf32>
}
func.func private @forward.Layer(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32> {dist.residual = #dist.residual<recompute>}) {
  %0 = nn.silu %x : tensor<4xf32>
  return %0, %0 : tensor<4xf32>, tensor<4xf32>
}
func.func private @backward.Layer(%r: tensor<4xf32>, %dout: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.silu_grad %dout, %r : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @micro(%x: tensor<4xf32>, %dout: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0:3 = call @forward.Layer(%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
  %1 = call @backward.Layer(%0#1, %0#2, %dout) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2:3 = call @forward.Layer(%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
  // expected-error@+1 {{operand 0 of @backward.Layer must be result 1 of @forward.Layer, as in other calls}}
  %3 = call @backward.Layer(%2#2, %2#1, %dout) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1, %3 : tensor<4xf32>, tensor<4xf32>
}
func.func private @forward.Layer(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32> {dist.residual = #dist.residual<recompute>}, tensor<4xf32> {dist.residual = #dist.residual<recompute>}) {
  %0 = nn.silu %x : tensor<4xf32>
  %1 = nn.silu %0 : tensor<4xf32>
  return %1, %0, %1 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
func.func private @backward.Layer(%r: tensor<4xf32>, %s: tensor<4xf32>, %dout: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.silu_grad %dout, %r : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.silu_grad %0, %s : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

func.func @micro(%x: tensor<4xf32>, %dout: tensor<4xf32>) -> tensor<4xf32> {
  %0:2 = call @forward.Layer(%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  // expected-error@+1 {{there is no function @backward.Layer to recompute in}}
  %1 = call @backward.Layer(%0#1, %dout) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
func.func private @forward.Layer(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32> {dist.residual = #dist.residual<recompute>}) {
  %0 = nn.silu %x : tensor<4xf32>
  return %0, %0 : tensor<4xf32>, tensor<4xf32>
}
func.func private @backward.Layer(tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
