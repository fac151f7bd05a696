// RUN: shard-opt %s --shardc-set-settings="set=distributed.tp_size=4,distributed.sequence_parallel=true" --shardc-plan-model --split-input-file --verify-diagnostics

// A length that the ranks do not divide.
// expected-error@+1 {{embed: rowwise_rep splits activations by their sequence, whose length must be a multiple of the 4 tensor-parallel ranks, got 6; choose another sequence length, or a tp size that divides it}}
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>, dist.tp_plan = #dist.tp_plan<[<"embed" = "rowwise_rep">]>} {
  nn.module @Table {
    nn.parameter @weight : tensor<16x8xf32>
    nn.forward(%ids: tensor<4x6xi32>) -> tensor<4x6x8xf32> {
      %w = nn.use @weight : tensor<16x8xf32>
      %0 = nn.embedding %ids, %w : (tensor<4x6xi32>, tensor<16x8xf32>) -> tensor<4x6x8xf32>
      nn.return %0 : tensor<4x6x8xf32>
    }
  }
  nn.module @Model {
    nn.instance @embed : @Table
    nn.forward(%tokens: tensor<4x6xi32>, %targets: tensor<4x6xi32>, %positions: tensor<4x6xi32>) -> tensor<f32> {
      %0 = nn.call @embed(%tokens) : (tensor<4x6xi32>) -> tensor<4x6x8xf32>
      %1 = nn.sum %0 : (tensor<4x6x8xf32>) -> tensor<f32>
      nn.return %1 : tensor<f32>
    }
  }
}

// -----

// The same, of a module that has no style and begins activations.
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>, dist.tp_plan = #dist.tp_plan<[<"embed.norm" = "replicated">]>} {
  nn.module @Norm {
    nn.parameter @weight : tensor<8xf32> init "ones"
    nn.forward(%x: tensor<4x6x8xf32>) -> tensor<4x6x8xf32> {
      %w = nn.use @weight : tensor<8xf32>
      %0 = nn.rms_norm %x, %w epsilon = 1.0e-5 size = 8 : (tensor<4x6x8xf32>, tensor<8xf32>) -> tensor<4x6x8xf32>
      nn.return %0 : tensor<4x6x8xf32>
    }
  }
  // expected-error@+1 {{embed.table: sequence_parallel splits activations by their sequence, whose length must be a multiple of the 4 tensor-parallel ranks, got 6}}
  nn.module @Table {
    nn.parameter @weight : tensor<16x8xf32>
    nn.forward(%ids: tensor<4x6xi32>) -> tensor<4x6x8xf32> {
      %w = nn.use @weight : tensor<16x8xf32>
      %0 = nn.embedding %ids, %w : (tensor<4x6xi32>, tensor<16x8xf32>) -> tensor<4x6x8xf32>
      nn.return %0 : tensor<4x6x8xf32>
    }
  }
  nn.module @Embed {
    nn.instance @table : @Table
    nn.instance @norm : @Norm
    nn.forward(%ids: tensor<4x6xi32>) -> tensor<4x6x8xf32> {
      %0 = nn.call @table(%ids) : (tensor<4x6xi32>) -> tensor<4x6x8xf32>
      %1 = nn.call @norm(%0) : (tensor<4x6x8xf32>) -> tensor<4x6x8xf32>
      nn.return %1 : tensor<4x6x8xf32>
    }
  }
  nn.module @Model {
    nn.instance @embed : @Embed
    nn.forward(%tokens: tensor<4x6xi32>, %targets: tensor<4x6xi32>, %positions: tensor<4x6xi32>) -> tensor<f32> {
      %0 = nn.call @embed(%tokens) : (tensor<4x6xi32>) -> tensor<4x6x8xf32>
      %1 = nn.sum %0 : (tensor<4x6x8xf32>) -> tensor<f32>
      nn.return %1 : tensor<f32>
    }
  }
}

// -----

// Values without a sequence: an operand, a result.
// expected-error@+1 {{pool: sequence_parallel splits operand 1 by its sequence, and its type, 'tensor<8xf32>', does not begin with the batch and the sequence of the tokens, 'tensor<4x8xi32>'; give the module another style}}
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>, dist.tp_plan = #dist.tp_plan<[<"pool" = "sequence_parallel">]>} {
  nn.module @Table {
    nn.parameter @weight : tensor<16x8xf32>
    nn.forward(%ids: tensor<4x8xi32>) -> tensor<4x8x8xf32> {
      %w = nn.use @weight : tensor<16x8xf32>
      %0 = nn.embedding %ids, %w : (tensor<4x8xi32>, tensor<16x8xf32>) -> tensor<4x8x8xf32>
      nn.return %0 : tensor<4x8x8xf32>
    }
  }
  nn.module @Pool {
    nn.forward(%x: tensor<4x8x8xf32>, %b: tensor<8xf32>) -> tensor<4x8x8xf32> {
      %0 = nn.add_bias %x, %b : (tensor<4x8x8xf32>, tensor<8xf32>) -> tensor<4x8x8xf32>
      nn.return %0 : tensor<4x8x8xf32>
    }
  }
  nn.module @Model {
    nn.instance @embed : @Table
    nn.instance @pool : @Pool
    nn.parameter @bias : tensor<8xf32> init "zeros"
    nn.forward(%tokens: tensor<4x8xi32>, %targets: tensor<4x8xi32>, %positions: tensor<4x8xi32>) -> tensor<f32> {
      %b = nn.use @bias : tensor<8xf32>
      %0 = nn.call @embed(%tokens) : (tensor<4x8xi32>) -> tensor<4x8x8xf32>
      %1 = nn.call @pool(%0, %b) : (tensor<4x8x8xf32>, tensor<8xf32>) -> tensor<4x8x8xf32>
      %2 = nn.sum %1 : (tensor<4x8x8xf32>) -> tensor<f32>
      nn.return %2 : tensor<f32>
    }
  }
}

// -----

// expected-error@+1 {{sum: all_reduce splits result 0 by its sequence, and its type, 'tensor<f32>', does not begin with the batch and the sequence of the tokens, 'tensor<4x8xi32>'; give the module another style}}
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>, dist.tp_plan = #dist.tp_plan<[<"sum" = "all_reduce">]>} {
  nn.module @Table {
    nn.parameter @weight : tensor<16x8xf32>
    nn.forward(%ids: tensor<4x8xi32>) -> tensor<4x8x8xf32> {
      %w = nn.use @weight : tensor<16x8xf32>
      %0 = nn.embedding %ids, %w : (tensor<4x8xi32>, tensor<16x8xf32>) -> tensor<4x8x8xf32>
      nn.return %0 : tensor<4x8x8xf32>
    }
  }
  nn.module @Sum {
    nn.forward(%x: tensor<4x8x8xf32>) -> tensor<f32> {
      %0 = nn.sum %x : (tensor<4x8x8xf32>) -> tensor<f32>
      nn.return %0 : tensor<f32>
    }
  }
  nn.module @Model {
    nn.instance @embed : @Table
    nn.instance @sum : @Sum
    nn.forward(%tokens: tensor<4x8xi32>, %targets: tensor<4x8xi32>, %positions: tensor<4x8xi32>) -> tensor<f32> {
      %0 = nn.call @embed(%tokens) : (tensor<4x8xi32>) -> tensor<4x8x8xf32>
      %1 = nn.call @sum(%0) : (tensor<4x8x8xf32>) -> tensor<f32>
      nn.return %1 : tensor<f32>
    }
  }
}

// -----

// Nothing to split between.
// expected-error@+1 {{sequence parallelism splits what lies between the modules of a tensor-parallel plan, and the plan is empty; name a plan}}
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>} {
  nn.module @Table {
    nn.parameter @weight : tensor<16x8xf32>
    nn.forward(%ids: tensor<4x8xi32>) -> tensor<4x8x8xf32> {
      %w = nn.use @weight : tensor<16x8xf32>
      %0 = nn.embedding %ids, %w : (tensor<4x8xi32>, tensor<16x8xf32>) -> tensor<4x8x8xf32>
      nn.return %0 : tensor<4x8x8xf32>
    }
  }
  nn.module @Model {
    nn.instance @embed : @Table
    nn.forward(%tokens: tensor<4x8xi32>, %targets: tensor<4x8xi32>, %positions: tensor<4x8xi32>) -> tensor<f32> {
      %0 = nn.call @embed(%tokens) : (tensor<4x8xi32>) -> tensor<4x8x8xf32>
      %1 = nn.sum %0 : (tensor<4x8x8xf32>) -> tensor<f32>
      nn.return %1 : tensor<f32>
    }
  }
}
