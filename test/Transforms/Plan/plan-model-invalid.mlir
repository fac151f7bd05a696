// RUN: shard-opt %s --shardc-set-settings="set=distributed.dp_size=4,distributed.tp_size=2" --shardc-plan-model --split-input-file --verify-diagnostics

// There is no class of the whole model.
// expected-error@+1 {{must have an nn.model}}
module attributes {} {
}

// -----

// The root is no class.
// expected-error@+1 {{the root of the model is @Modell, which is no module class}}
module attributes {nn.model = #nn.model<root = @Modell, vocab_size = 16, initializer_range = 2.0e-2>} {
}

// -----

// A pattern that matches nothing; `*` is one component.
// expected-error@+1 {{pattern "*.embed" matches no module}}
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>, dist.tp_plan = #dist.tp_plan<[<"*.embed" = "rowwise">]>} {
  nn.module @Table {
    nn.parameter @weight : tensor<16x8xf32>
    nn.forward(%ids: tensor<4x2xi32>) -> tensor<4x2x8xf32> {
      %w = nn.use @weight : tensor<16x8xf32>
      %0 = nn.embedding %ids, %w : (tensor<4x2xi32>, tensor<16x8xf32>) -> tensor<4x2x8xf32>
      nn.return %0 : tensor<4x2x8xf32>
    }
  }
  nn.module @Model {
    nn.instance @embed : @Table
    nn.forward(%tokens: tensor<4x2xi32>, %targets: tensor<4x2xi32>, %positions: tensor<4x2xi32>) -> tensor<f32> {
      %0 = nn.call @embed(%tokens) : (tensor<4x2xi32>) -> tensor<4x2x8xf32>
      %1 = nn.sum %0 : (tensor<4x2x8xf32>) -> tensor<f32>
      nn.return %1 : tensor<f32>
    }
  }
}

// -----

// Two patterns give one module two styles.
// expected-error@+2 {{pattern "*" gives module embed the style colwise}}
// expected-note@+1 {{pattern "embed" gives it rowwise}}
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>, dist.tp_plan = #dist.tp_plan<[<"embed" = "rowwise">, <"*" = "colwise">]>} {
  nn.module @Table {
    nn.parameter @weight : tensor<16x8xf32>
    nn.forward(%ids: tensor<4x2xi32>) -> tensor<4x2x8xf32> {
      %w = nn.use @weight : tensor<16x8xf32>
      %0 = nn.embedding %ids, %w : (tensor<4x2xi32>, tensor<16x8xf32>) -> tensor<4x2x8xf32>
      nn.return %0 : tensor<4x2x8xf32>
    }
  }
  nn.module @Model {
    nn.instance @embed : @Table
    nn.forward(%tokens: tensor<4x2xi32>, %targets: tensor<4x2xi32>, %positions: tensor<4x2xi32>) -> tensor<f32> {
      %0 = nn.call @embed(%tokens) : (tensor<4x2xi32>) -> tensor<4x2x8xf32>
      %1 = nn.sum %0 : (tensor<4x2x8xf32>) -> tensor<f32>
      nn.return %1 : tensor<f32>
    }
  }
}

// -----

// A style that nobody knows.
// expected-error@+1 {{unknown style "colwize"; known: colwise, colwise_rep, colwise_gather_output, packed_colwise, local_colwise, rowwise, rowwise_rep, rowwise_split_input, packed_rowwise, local_rowwise, local_packed_rowwise, embedding_rowwise, embedding_colwise, sequence_parallel, replicated, replicate, replicated_with_grad_allreduce, local, gather, all_reduce}}
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>, dist.tp_plan = #dist.tp_plan<[<"embed" = "colwize">]>} {
  nn.module @Table {
    nn.parameter @weight : tensor<16x8xf32>
    nn.forward(%ids: tensor<4x2xi32>) -> tensor<4x2x8xf32> {
      %w = nn.use @weight : tensor<16x8xf32>
      %0 = nn.embedding %ids, %w : (tensor<4x2xi32>, tensor<16x8xf32>) -> tensor<4x2x8xf32>
      nn.return %0 : tensor<4x2x8xf32>
    }
  }
  nn.module @Model {
    nn.instance @embed : @Table
    nn.forward(%tokens: tensor<4x2xi32>, %targets: tensor<4x2xi32>, %positions: tensor<4x2xi32>) -> tensor<f32> {
      %0 = nn.call @embed(%tokens) : (tensor<4x2xi32>) -> tensor<4x2x8xf32>
      %1 = nn.sum %0 : (tensor<4x2x8xf32>) -> tensor<f32>
      nn.return %1 : tensor<f32>
    }
  }
}

// -----

// A style that is known and not built.
// expected-error@+1 {{style "mla_kv_a_proj" is not supported yet: it is for experts, or for compressed keys and values}}
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>, dist.tp_plan = #dist.tp_plan<[<"embed" = "mla_kv_a_proj">]>} {
  nn.module @Table {
    nn.parameter @weight : tensor<16x8xf32>
    nn.forward(%ids: tensor<4x2xi32>) -> tensor<4x2x8xf32> {
      %w = nn.use @weight : tensor<16x8xf32>
      %0 = nn.embedding %ids, %w : (tensor<4x2xi32>, tensor<16x8xf32>) -> tensor<4x2x8xf32>
      nn.return %0 : tensor<4x2x8xf32>
    }
  }
  nn.module @Model {
    nn.instance @embed : @Table
    nn.forward(%tokens: tensor<4x2xi32>, %targets: tensor<4x2xi32>, %positions: tensor<4x2xi32>) -> tensor<f32> {
      %0 = nn.call @embed(%tokens) : (tensor<4x2xi32>) -> tensor<4x2x8xf32>
      %1 = nn.sum %0 : (tensor<4x2x8xf32>) -> tensor<f32>
      nn.return %1 : tensor<f32>
    }
  }
}

// -----

// A plan that is none.
// expected-error@+1 {{dist.tp_plan must be #dist.tp_plan of a module, got [{pattern = "embed"}] on builtin.module}}
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>, dist.tp_plan = [{pattern = "embed"}]} {
  nn.module @Table {
    nn.parameter @weight : tensor<16x8xf32>
    nn.forward(%ids: tensor<4x2xi32>) -> tensor<4x2x8xf32> {
      %w = nn.use @weight : tensor<16x8xf32>
      %0 = nn.embedding %ids, %w : (tensor<4x2xi32>, tensor<16x8xf32>) -> tensor<4x2x8xf32>
      nn.return %0 : tensor<4x2x8xf32>
    }
  }
  nn.module @Model {
    nn.instance @embed : @Table
    nn.forward(%tokens: tensor<4x2xi32>, %targets: tensor<4x2xi32>, %positions: tensor<4x2xi32>) -> tensor<f32> {
      %0 = nn.call @embed(%tokens) : (tensor<4x2xi32>) -> tensor<4x2x8xf32>
      %1 = nn.sum %0 : (tensor<4x2x8xf32>) -> tensor<f32>
      nn.return %1 : tensor<f32>
    }
  }
}

// -----

// The one factor of a norm must be whole.
// expected-error@+1 {{style "colwise" cannot be applied to module norm: it has no parameter with a factor that comes out and may be sharded}}
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>, dist.tp_plan = #dist.tp_plan<[<"norm" = "colwise">]>} {
  nn.module @Table {
    nn.parameter @weight : tensor<16x8xf32>
    nn.forward(%ids: tensor<4x2xi32>) -> tensor<4x2x8xf32> {
      %w = nn.use @weight : tensor<16x8xf32>
      %0 = nn.embedding %ids, %w : (tensor<4x2xi32>, tensor<16x8xf32>) -> tensor<4x2x8xf32>
      nn.return %0 : tensor<4x2x8xf32>
    }
  }
  nn.module @Norm {
    nn.parameter @weight : tensor<8xf32> init "ones"
    nn.forward(%x: tensor<4x2x8xf32>) -> tensor<4x2x8xf32> {
      %w = nn.use @weight : tensor<8xf32>
      %0 = nn.rms_norm %x, %w epsilon = 1.0e-5 size = 8 : (tensor<4x2x8xf32>, tensor<8xf32>) -> tensor<4x2x8xf32>
      nn.return %0 : tensor<4x2x8xf32>
    }
  }
  nn.module @Model {
    nn.instance @embed : @Table
    nn.instance @norm : @Norm
    nn.forward(%tokens: tensor<4x2xi32>, %targets: tensor<4x2xi32>, %positions: tensor<4x2xi32>) -> tensor<f32> {
      %0 = nn.call @embed(%tokens) : (tensor<4x2xi32>) -> tensor<4x2x8xf32>
      %1 = nn.call @norm(%0) : (tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
      %2 = nn.sum %1 : (tensor<4x2x8xf32>) -> tensor<f32>
      nn.return %2 : tensor<f32>
    }
  }
}

// -----

// The uses of a tied parameter disagree.
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>, dist.tp_plan = #dist.tp_plan<[<"embed" = "rowwise">, <"head" = "rowwise">]>} {
  nn.module @Table {
    nn.parameter @weight : tensor<16x8xf32>
    nn.forward(%ids: tensor<4x2xi32>) -> tensor<4x2x8xf32> {
      %w = nn.use @weight : tensor<16x8xf32>
      %0 = nn.embedding %ids, %w : (tensor<4x2xi32>, tensor<16x8xf32>) -> tensor<4x2x8xf32>
      nn.return %0 : tensor<4x2x8xf32>
    }
  }
  nn.module @Head {
    // expected-error@+1 {{parameter embed.weight is sharded on dimension 0 over tp by "embed.weight: rowwise" and sharded on dimension 1 by "head.weight: rowwise"; uses of a tied parameter must agree}}
    nn.parameter @weight : tensor<16x8xf32>
    nn.forward(%x: tensor<4x2x8xf32>) -> tensor<4x2x16xf32> {
      %w = nn.use @weight : tensor<16x8xf32>
      %0 = nn.linear %x, %w : (tensor<4x2x8xf32>, tensor<16x8xf32>) -> tensor<4x2x16xf32>
      nn.return %0 : tensor<4x2x16xf32>
    }
  }
  nn.module @Model {
    nn.instance @embed : @Table
    nn.instance @head : @Head tie ["weight" = "embed.weight"]
    nn.forward(%tokens: tensor<4x2xi32>, %targets: tensor<4x2xi32>, %positions: tensor<4x2xi32>) -> tensor<f32> {
      %0 = nn.call @embed(%tokens) : (tensor<4x2xi32>) -> tensor<4x2x8xf32>
      %1 = nn.call @head(%0) : (tensor<4x2x8xf32>) -> tensor<4x2x16xf32>
      %2 = nn.sum %1 : (tensor<4x2x16xf32>) -> tensor<f32>
      nn.return %2 : tensor<f32>
    }
  }
}

// -----

// Two uses in one class, which the style would shard differently.
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>, dist.tp_plan = #dist.tp_plan<[<"both" = "rowwise">]>} {
  nn.module @Both {
    // expected-error@+1 {{style "rowwise" shards parameter both.weight on dimension 0 for one of its uses and on dimension 1 for another}}
    nn.parameter @weight : tensor<8x8xf32>
    nn.forward(%ids: tensor<4x2xi32>) -> tensor<4x2x8xf32> {
      %w = nn.use @weight : tensor<8x8xf32>
      %0 = nn.embedding %ids, %w : (tensor<4x2xi32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
      %1 = nn.linear %0, %w : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
      nn.return %1 : tensor<4x2x8xf32>
    }
  }
  nn.module @Model {
    nn.instance @both : @Both
    nn.forward(%tokens: tensor<4x2xi32>, %targets: tensor<4x2xi32>, %positions: tensor<4x2xi32>) -> tensor<f32> {
      %0 = nn.call @both(%tokens) : (tensor<4x2xi32>) -> tensor<4x2x8xf32>
      %1 = nn.sum %0 : (tensor<4x2x8xf32>) -> tensor<f32>
      nn.return %1 : tensor<f32>
    }
  }
}

// -----

// A batch that the data-parallel ranks do not divide.
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>} {
  nn.module @Table {
    nn.parameter @weight : tensor<16x8xf32>
    nn.forward(%ids: tensor<6x2xi32>) -> tensor<6x2x8xf32> {
      %w = nn.use @weight : tensor<16x8xf32>
      %0 = nn.embedding %ids, %w : (tensor<6x2xi32>, tensor<16x8xf32>) -> tensor<6x2x8xf32>
      nn.return %0 : tensor<6x2x8xf32>
    }
  }
  nn.module @Model {
    nn.instance @embed : @Table
    // expected-error@+1 {{a batch of 6 samples must be a multiple of the 4 data-parallel ranks}}
    nn.forward(%tokens: tensor<6x2xi32>, %targets: tensor<6x2xi32>, %positions: tensor<6x2xi32>) -> tensor<f32> {
      %0 = nn.call @embed(%tokens) : (tensor<6x2xi32>) -> tensor<6x2x8xf32>
      %1 = nn.sum %0 : (tensor<6x2x8xf32>) -> tensor<f32>
      nn.return %1 : tensor<f32>
    }
  }
}

// -----

// A root without inputs.
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>} {
  // expected-error@+1 {{the root's forward must take an input at least, such as tokens, got none}}
  nn.module @Model {
    nn.parameter @weight : tensor<16x8xf32>
    nn.forward() -> tensor<f32> {
      %w = nn.use @weight : tensor<16x8xf32>
      %0 = nn.sum %w : (tensor<16x8xf32>) -> tensor<f32>
      nn.return %0 : tensor<f32>
    }
  }
}

// -----

// An input without a batch.
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>} {
  nn.module @Model {
    nn.parameter @weight : tensor<16x8xf32>
    // expected-error@+1 {{temperature must be a tensor whose first dimension is the batch, got 'tensor<f32>'}}
    nn.forward(%temperature: tensor<f32>) -> tensor<f32> {
      %w = nn.use @weight : tensor<16x8xf32>
      %0 = nn.sum %w : (tensor<16x8xf32>) -> tensor<f32>
      nn.return %0 : tensor<f32>
    }
  }
}

// -----

// Targets that are none.
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>} {
  nn.module @Table {
    nn.parameter @weight : tensor<16x8xf32>
    nn.forward(%ids: tensor<4x2xi32>) -> tensor<4x2x8xf32> {
      %w = nn.use @weight : tensor<16x8xf32>
      %0 = nn.embedding %ids, %w : (tensor<4x2xi32>, tensor<16x8xf32>) -> tensor<4x2x8xf32>
      nn.return %0 : tensor<4x2x8xf32>
    }
  }
  nn.module @Model {
    nn.instance @embed : @Table
    // expected-error@+1 {{targets must be [batch, sequence] of integers, got 'tensor<4xf32>'}}
    nn.forward(%tokens: tensor<4x2xi32>, %targets: tensor<4xf32>, %positions: tensor<4x2xi32>) -> tensor<f32> {
      %0 = nn.call @embed(%tokens) : (tensor<4x2xi32>) -> tensor<4x2x8xf32>
      %1 = nn.sum %0 : (tensor<4x2x8xf32>) -> tensor<f32>
      nn.return %1 : tensor<f32>
    }
  }
}
