// RUN: shard-opt %s --split-input-file --verify-diagnostics

// expected-error@below {{'nn.module' op expected one `nn.forward`, got 0}}
nn.module @module_c1 {
  nn.parameter @weight : tensor<4xf32>
}

// -----

// expected-error@below {{'nn.module' op expected `nn.forward` to come last, got `nn.parameter`}}
nn.module @module_c1 {
  nn.forward() {
    nn.return
  }
  nn.parameter @weight : tensor<4xf32>
}

// -----

nn.module @module_c2 {
  // expected-note@below {{first used here}}
  nn.parameter @weight : tensor<4xf32>
  // expected-error@below {{'nn.parameter' op expected a unique name, got "weight" again}}
  nn.parameter @weight : tensor<8xf32>
  nn.forward() {
    nn.return
  }
}

// -----

// expected-error@below {{'nn.module' op expected no instance of @module_c3 within itself, got one}}
nn.module @module_c3 {
  nn.instance @inner : @Inner
  nn.forward() {
    nn.return
  }
}

nn.module @Inner {
  nn.instance @outer : @module_c3
  nn.forward() {
    nn.return
  }
}

// -----

nn.module @parameter_c1 {
  // expected-error@below {{'nn.parameter' op expected `init` to be "normal", "ones" or "zeros", got "uniform"}}
  nn.parameter @weight : tensor<4xf32> init "uniform"
  nn.forward() {
    nn.return
  }
}

// -----

nn.module @instance_c1 {
  // expected-error@below {{'nn.instance' op expected a class, got @Missing, which is none}}
  nn.instance @inner : @Missing
  nn.forward() {
    nn.return
  }
}

// -----

nn.module @Empty {
  nn.forward() {
    nn.return
  }
}

nn.module @instance_c2 {
  // expected-error@below {{'nn.instance' op expected one element at least, got 0}}
  nn.instance @layers : 0 x @Empty
  nn.forward() {
    nn.return
  }
}

// -----

nn.module @Weight {
  nn.parameter @weight : tensor<4xf32>
  nn.forward() {
    nn.return
  }
}

nn.module @instance_c3 {
  nn.instance @layers : 2 x @Weight
  // expected-error@below {{'nn.instance' op expected a tie of parameters, got "layers.2.weight", which is none}}
  nn.instance @head : @Weight tie ["weight" = "layers.2.weight"]
  nn.forward() {
    nn.return
  }
}

// -----

nn.module @Weight {
  nn.parameter @weight : tensor<4xf32>
  nn.forward() {
    nn.return
  }
}

nn.module @instance_c3 {
  nn.parameter @table : tensor<8xf32>
  // expected-error@below {{'nn.instance' op expected "weight" of type 'tensor<8xf32>', like "table", got 'tensor<4xf32>'}}
  nn.instance @head : @Weight tie ["weight" = "table"]
  nn.forward() {
    nn.return
  }
}

// -----

nn.module @forward_c1 {
  // expected-error@below {{'nn.forward' op expected `nn.return` of ('tensor<8xf32>'), got ('tensor<4xf32>')}}
  nn.forward(%x: tensor<4xf32>) -> tensor<8xf32> {
    nn.return %x : tensor<4xf32>
  }
}

// -----

nn.module @use_c1 {
  nn.forward() -> tensor<4xf32> {
    // expected-error@below {{'nn.use' op expected a parameter of the class, got @weight, which is none}}
    %0 = nn.use @weight : tensor<4xf32>
    nn.return %0 : tensor<4xf32>
  }
}

// -----

nn.module @use_c1 {
  nn.parameter @weight : tensor<4xf32>
  nn.forward() -> tensor<8xf32> {
    // expected-error@below {{'nn.use' op expected the result of type 'tensor<4xf32>', got 'tensor<8xf32>'}}
    %0 = nn.use @weight : tensor<8xf32>
    nn.return %0 : tensor<8xf32>
  }
}

// -----

nn.module @call_c1 {
  nn.forward() {
    // expected-error@below {{'nn.call' op expected an instance of the class, got @norm, which is none}}
    nn.call @norm() : () -> ()
    nn.return
  }
}

// -----

nn.module @Identity {
  nn.forward(%x: tensor<4xf32>) -> tensor<4xf32> {
    nn.return %x : tensor<4xf32>
  }
}

nn.module @call_c2 {
  nn.instance @identity : @Identity
  nn.forward(%x: tensor<8xf32>) -> tensor<8xf32> {
    // expected-error@below {{'nn.call' op expected type '(tensor<4xf32>) -> tensor<4xf32>' as @Identity has, got '(tensor<8xf32>) -> tensor<8xf32>'}}
    %0 = nn.call @identity(%x) : (tensor<8xf32>) -> tensor<8xf32>
    nn.return %0 : tensor<8xf32>
  }
}

// -----

nn.module @Sum {
  nn.forward(%x: tensor<4xf32>) -> tensor<f32> {
    %0 = nn.sum %x : (tensor<4xf32>) -> tensor<f32>
    nn.return %0 : tensor<f32>
  }
}

nn.module @call_c3 {
  nn.instance @sums : 2 x @Sum
  nn.forward(%x: tensor<4xf32>) -> tensor<f32> {
    // expected-error@below {{'nn.call' op expected the class of a list to have one result, of its first operand's type, got '(tensor<4xf32>) -> tensor<f32>'}}
    %0 = nn.call @sums(%x) : (tensor<4xf32>) -> tensor<f32>
    nn.return %0 : tensor<f32>
  }
}

// -----

nn.module @module_c4 {
  nn.parameter @weight_q : tensor<8x4xf32> part of "weight" dim 0 at 0 size 16
  // expected-error@below {{'nn.parameter' op expected a part of "weight" at 8, where the one before ends, got 12}}
  nn.parameter @weight_k : tensor<4x4xf32> part of "weight" dim 0 at 12 size 16
  nn.forward() {
    nn.return
  }
}

// -----

nn.module @module_c4 {
  // expected-error@below {{'nn.parameter' op expected parts of "weight" that make up its size of 16, got 12}}
  nn.parameter @weight_q : tensor<8x4xf32> part of "weight" dim 0 at 0 size 16
  nn.parameter @weight_k : tensor<4x4xf32> part of "weight" dim 0 at 8 size 16
  nn.forward() {
    nn.return
  }
}

// -----

nn.module @module_c4 {
  nn.parameter @weight_q : tensor<8x4xf32> part of "weight" dim 0 at 0 size 16
  // expected-error@below {{'nn.parameter' op expected a part of "weight" along dimension 0 of shape [16, 4], as "weight_q" is, got dimension 0 of shape [16, 5]}}
  nn.parameter @weight_k : tensor<8x5xf32> part of "weight" dim 0 at 8 size 16
  nn.forward() {
    nn.return
  }
}

// -----

nn.module @parameter_c2 {
  // expected-error@below {{'nn.parameter' op expected a dimension of 'tensor<8x4xf32>', got 2}}
  nn.parameter @weight : tensor<8x4xf32> part of "both" dim 2 at 0 size 16
  nn.forward() {
    nn.return
  }
}

// -----

nn.module @parameter_c2 {
  // expected-error@below {{'nn.parameter' op expected a part within the 16 of "both", got 8 at 12}}
  nn.parameter @weight : tensor<8x4xf32> part of "both" dim 0 at 12 size 16
  nn.forward() {
    nn.return
  }
}

// -----

nn.module @parameter_c2 {
  // expected-error@below {{'nn.parameter' op expected tensor, tensor_dim, tensor_at and tensor_size or none of them, got 1 of them}}
  nn.parameter @weight : tensor<8x4xf32> {tensor_at = 1 : i64}
  nn.forward() {
    nn.return
  }
}

// -----

nn.module @instance_c4 {
  // expected-error@below {{'nn.instance' op expected as many classes as counts, or one class, got 2 and 1}}
  nn.instance @layers : 2 x @Layer, @Layer
  nn.forward() {
    nn.return
  }
}

nn.module @Layer {
  nn.forward() {
    nn.return
  }
}
