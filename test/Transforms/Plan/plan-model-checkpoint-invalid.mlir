// RUN: shard-opt %s --shardc-set-settings="set=activation_checkpointing=every:4" --shardc-plan-model --split-input-file --verify-diagnostics

// There is no list of modules.
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>} {
  // expected-error@+1 {{the model has no list of modules, and activation checkpointing recomputes elements of lists; set activation_checkpointing=none}}
  nn.module @Model {
    nn.forward(%tokens: tensor<4x2xi32>, %targets: tensor<4x2xi32>, %positions: tensor<4x2xi32>) -> tensor<4x2xi32> {
      nn.return %tokens : tensor<4x2xi32>
    }
  }
}

// -----

// Every fourth of three.
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>} {
  nn.module @Layer {
    nn.forward(%x: tensor<4x2xi32>) -> tensor<4x2xi32> {
      nn.return %x : tensor<4x2xi32>
    }
  }
  // expected-error@+1 {{activation checkpointing of every 4th element of a list covers none: the longest list has 3; choose a number of at most that}}
  nn.module @Model {
    nn.instance @layers : 3 x @Layer
    nn.forward(%tokens: tensor<4x2xi32>, %targets: tensor<4x2xi32>, %positions: tensor<4x2xi32>) -> tensor<4x2xi32> {
      %0 = nn.call @layers(%tokens) : (tensor<4x2xi32>) -> tensor<4x2xi32>
      nn.return %0 : tensor<4x2xi32>
    }
  }
}
