// RUN: shard-opt %s --shardc-set-settings="set=train.clip_norm=null" --shardc-differentiate-model --split-input-file --verify-diagnostics

// An operation without a derivative, between a parameter and the loss.
dist.mesh ["tp" = 1]
dist.parameter @w : tensor<4xf32> stored <[[]]> unit "" init "ones"
func.func @forward(%x: tensor<4xf32> {dist.input = "tokens"}) -> tensor<f32> {
  %w = dist.unshard @w cause "w" : tensor<4xf32>
  // expected-error@+1 {{'math.absf' op has no derivative}}
  %0 = math.absf %w : tensor<4xf32>
  %1 = nn.mul %0, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = nn.sum %1 : (tensor<4xf32>) -> tensor<f32>
  return %2 : tensor<f32>
}

// -----

// A parameter that the loss does not depend on.
dist.mesh ["tp" = 1]
dist.parameter @w : tensor<4xf32> stored <[[]]> unit "" init "ones"
// expected-error@+1 {{'dist.parameter' op has no gradient: the loss does not depend on it}}
dist.parameter @bias : tensor<4xf32> stored <[[]]> unit "" init "zeros"
func.func @forward(%x: tensor<4xf32> {dist.input = "tokens"}) -> tensor<f32> {
  %w = dist.unshard @w cause "w" : tensor<4xf32>
  %b = dist.unshard @bias cause "bias" : tensor<4xf32>
  %0 = nn.mul %w, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.mul %w, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = nn.sum %1 : (tensor<4xf32>) -> tensor<f32>
  return %2 : tensor<f32>
}

// -----

// The same for one that a function takes and does not use: no zeros are accumulated in silence.
dist.mesh ["tp" = 1]
dist.parameter @layers.0.w : tensor<4xf32> stored <[[]]> unit "layers.0" init "ones"
// expected-error@+1 {{'dist.parameter' op has no gradient: the loss does not depend on it}}
dist.parameter @layers.0.bias : tensor<4xf32> stored <[[]]> unit "layers.0" init "zeros"
func.func @forward(%x: tensor<4xf32> {dist.input = "tokens"}) -> tensor<f32> {
  %w = dist.unshard @layers.0.w cause "layers.0.w" : tensor<4xf32>
  %b = dist.unshard @layers.0.bias cause "layers.0.bias" : tensor<4xf32>
  %0 = call @forward.Layer(%x, %w, %b) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.sum %0 : (tensor<4xf32>) -> tensor<f32>
  return %1 : tensor<f32>
}
func.func private @forward.Layer(%x: tensor<4xf32>, %w: tensor<4xf32> {dist.parameter}, %b: tensor<4xf32> {dist.parameter}) -> tensor<4xf32> {
  %0 = nn.mul %w, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// expected-error@+1 {{has no function @forward that returns a loss}}
module {
  dist.mesh ["tp" = 1]
  func.func @forward() {
    %0 = nn.zeros : tensor<f32>
    return
  }
}

// -----

// expected-error@+1 {{has no dist.mesh}}
module {
  func.func @forward(%x: tensor<f32>) -> tensor<f32> {
    return %x : tensor<f32>
  }
}

// -----

// A loss that is no number.
dist.mesh ["tp" = 1]
// expected-error@+1 {{the loss must be a float32 or float64 of rank 0, got 'tensor<4xf32>'}}
func.func @forward(%x: tensor<4xf32> {dist.input = "tokens"}) -> tensor<4xf32> {
  %0 = nn.silu %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// An operand that the runtime has no name for.
dist.mesh ["tp" = 1]
// expected-error@+1 {{operand 0 of @forward has no dist.input, the name of what it reads}}
func.func @forward(%x: tensor<4xf32>) -> tensor<f32> {
  %0 = nn.sum %x : (tensor<4xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// -----

// What is summed over samples and steps is not bfloat16.
dist.mesh ["dp_shard" = 2]
dist.parameter @a : tensor<4xf32> stored <[[]]> unit "" init "ones"
// expected-error@+1 {{the loss must be a float32 or float64 of rank 0, got 'tensor<bf16>'}}
func.func @forward() -> tensor<bf16> {
  %a = dist.unshard @a cause "a" : tensor<4xbf16>
  %0 = nn.sum %a : (tensor<4xbf16>) -> tensor<f32>
  %1 = nn.cast %0 : (tensor<f32>) -> tensor<bf16>
  return %1 : tensor<bf16>
}

// -----

// An input with the name of a state that each step has.
dist.mesh ["tp" = 1]
// expected-error@+2 {{a step keeps a state "learning_rate", and something else has this name; give that another one}}
// expected-note@+1 {{named here}}
func.func @forward(%x: tensor<4xf32> {dist.input = "learning_rate"}) -> tensor<f32> {
  %0 = nn.sum %x : (tensor<4xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// -----

// An input with the name of a parameter.
dist.mesh ["dp_shard" = 1]
// expected-note@+1 {{named here}}
dist.parameter @tokens : tensor<4xf32> stored <[[]]> unit "" init "ones"
// expected-error@+1 {{a step keeps a state "tokens", and something else has this name; give that another one}}
func.func @forward(%x: tensor<4xf32> {dist.input = "tokens"}) -> tensor<f32> {
  %0 = dist.unshard @tokens cause "" : tensor<4xf32>
  %1 = nn.sum %0 : (tensor<4xf32>) -> tensor<f32>
  return %1 : tensor<f32>
}
