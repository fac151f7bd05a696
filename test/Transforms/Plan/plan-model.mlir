// RUN: shard-opt %s --shardc-set-settings="set=distributed.dp_size=2,distributed.tp_size=2" --shardc-plan-model | FileCheck %s
// RUN: shard-opt %s --shardc-plan-model | FileCheck %s --check-prefix=ONE
// RUN: shard-opt %s --shardc-set-settings="set=distributed.dp_size=4,distributed.dp_replicate_size=2" --shardc-plan-model | FileCheck %s --check-prefix=HSDP
// RUN: shard-opt %s --shardc-set-settings="set=distributed.dp_size=4,distributed.dp_replicate_size=4" --shardc-plan-model | FileCheck %s --check-prefix=DDP


// A model with a list of two layers and a head that is tied to the embedding.
// CHECK-NOT: nn.module
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>, dist.tp_plan = #dist.tp_plan<[
  <"model.embed" = "rowwise_rep">, <"model.layers.*.up" = "colwise">,
  <"model.layers.*.down" = "rowwise">, <"head" = "colwise_rep">]>} {
  nn.module @Embedding {
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
  nn.module @Up {
    nn.parameter @weight : tensor<16x8xf32>
    nn.forward(%x: tensor<4x2x8xf32>) -> tensor<4x2x16xf32> {
      %w = nn.use @weight : tensor<16x8xf32>
      %0 = nn.linear %x, %w : (tensor<4x2x8xf32>, tensor<16x8xf32>) -> tensor<4x2x16xf32>
      nn.return %0 : tensor<4x2x16xf32>
    }
  }
  // The weight is [in, out], so that its dimensions change places.
  nn.module @Down {
    nn.parameter @weight : tensor<16x8xf32>
    nn.forward(%x: tensor<4x2x16xf32>) -> tensor<4x2x8xf32> {
      %w = nn.use @weight : tensor<16x8xf32>
      %0 = nn.linear %x, %w transposed : (tensor<4x2x16xf32>, tensor<16x8xf32>) -> tensor<4x2x8xf32>
      nn.return %0 : tensor<4x2x8xf32>
    }
  }
  nn.module @Layer {
    nn.instance @norm : @Norm
    nn.instance @up : @Up
    nn.instance @down : @Down
    nn.forward(%x: tensor<4x2x8xf32>) -> tensor<4x2x8xf32> {
      %0 = nn.call @norm(%x) : (tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
      %1 = nn.call @up(%0) : (tensor<4x2x8xf32>) -> tensor<4x2x16xf32>
      %2 = nn.silu %1 : tensor<4x2x16xf32>
      %3 = nn.call @down(%2) : (tensor<4x2x16xf32>) -> tensor<4x2x8xf32>
      nn.return %3 : tensor<4x2x8xf32>
    }
  }
  nn.module @Body {
    nn.instance @embed : @Embedding
    nn.instance @layers : 2 x @Layer
    nn.forward(%ids: tensor<4x2xi32>) -> tensor<4x2x8xf32> {
      %0 = nn.call @embed(%ids) : (tensor<4x2xi32>) -> tensor<4x2x8xf32>
      %1 = nn.call @layers(%0) : (tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
      nn.return %1 : tensor<4x2x8xf32>
    }
  }
  nn.module @Model {
    nn.instance @model : @Body
    nn.instance @head : @Up tie ["weight" = "model.embed.weight"]
    nn.forward(%tokens: tensor<4x2xi32>, %targets: tensor<4x2xi32>, %positions: tensor<4x2xi32>) -> (tensor<f32>, tensor<f32>) {
      %0 = nn.call @model(%tokens) : (tensor<4x2xi32>) -> tensor<4x2x8xf32>
      %1 = nn.call @head(%0) : (tensor<4x2x8xf32>) -> tensor<4x2x16xf32>
      %sum, %count = nn.cross_entropy %1, %targets : (tensor<4x2x16xf32>, tensor<4x2xi32>) -> (tensor<f32>, tensor<f32>)
      nn.return %sum, %count : tensor<f32>, tensor<f32>
    }
  }
}

// The mesh, and each parameter once, in the order of the tree; FSDP comes after TP on dimension 0; layers are units, the root takes the rest.
// CHECK: dist.mesh ["dp_replicate" = 1, "dp_shard" = 2, "cp" = 1, "tp" = 2]
// CHECK-NEXT: dist.parameter @model.embed.weight : tensor<16x8xf32> stored <{{\[}}["tp", "dp_shard"] : 16, []]> unit "" init "normal" {aliases = ["head.weight"]}
// CHECK-NEXT: dist.parameter @model.layers.0.norm.weight : tensor<8xf32> stored <{{\[}}["dp_shard"] : 8]> unit "model.layers.0" init "ones"
// CHECK-NEXT: dist.parameter @model.layers.0.up.weight : tensor<16x8xf32> stored <{{\[}}["tp", "dp_shard"] : 16, []]> unit "model.layers.0" init "normal"
// CHECK-NEXT: dist.parameter @model.layers.0.down.weight : tensor<16x8xf32> stored <{{\[}}["tp", "dp_shard"] : 16, []]> unit "model.layers.0" init "normal"
// CHECK-NEXT: dist.parameter @model.layers.1.norm.weight {{.*}} unit "model.layers.1"
// CHECK-NEXT: dist.parameter @model.layers.1.up.weight
// CHECK-NEXT: dist.parameter @model.layers.1.down.weight
// CHECK-NOT: dist.parameter

// The batch is sharded over the data-parallel axes; a style's demands stand at its module's border; both layers call one function.
// CHECK-LABEL: func.func @forward(
// CHECK-SAME: {dist.input = "tokens", dist.placement = #dist.sharding<{{\[}}["dp_shard"] : 4, []]>}
// CHECK-SAME: {dist.input = "targets", dist.placement = #dist.sharding<{{\[}}["dp_shard"] : 4, []]>}
// CHECK-SAME: {dist.input = "positions", dist.placement = #dist.sharding<{{\[}}["dp_shard"] : 4, []]>}
// CHECK: %[[TABLE:.*]] = dist.unshard @model.embed.weight computed <{{\[}}["tp"] : 16, []], copied = ["dp_shard"]> cause "model.embed.weight: rowwise_rep"
// CHECK: %[[ROWS:.*]] = nn.embedding %{{.*}}, %[[TABLE]]
// CHECK: %[[X:.*]] = dist.reshard %[[ROWS]] to replicated over ["tp"] cause "model.embed: rowwise_rep"
// CHECK: %[[NORM:.*]] = dist.unshard @model.layers.0.norm.weight computed <{{\[}}[]], copied = ["dp_shard"]> cause "model.layers.0.norm.weight"
// CHECK: %[[UP:.*]] = dist.unshard @model.layers.0.up.weight computed <{{\[}}["tp"] : 16, []], copied = ["dp_shard"]> cause "model.layers.0.up.weight: colwise"
// CHECK: %[[DOWN:.*]] = dist.unshard @model.layers.0.down.weight computed <{{\[}}["tp"] : 16, []], copied = ["dp_shard"]> cause "model.layers.0.down.weight: rowwise"
// CHECK: %[[Y:.*]] = call @forward.Layer(%[[X]], %[[NORM]], %[[UP]], %[[DOWN]])
// CHECK: %[[Z:.*]] = call @forward.Layer(%[[Y]], %{{.*}}, %{{.*}}, %{{.*}})
// CHECK: %[[IN:.*]] = dist.reshard %[[Z]] to replicated over ["tp"] cause "head: colwise_rep"
// CHECK: %[[HEAD:.*]] = dist.unshard @model.embed.weight computed <{{\[}}["tp"] : 16, []], copied = ["dp_shard"]> cause "head.weight: colwise_rep"
// CHECK: %[[OUT:.*]] = nn.linear %[[IN]], %[[HEAD]]
// CHECK: %[[LOGITS:.*]] = dist.reshard %[[OUT]] to replicated over ["tp"] cause "head: colwise_rep"
// CHECK: nn.cross_entropy %[[LOGITS]]

// CHECK-LABEL: func.func private @forward.Layer(
// CHECK-SAME: %[[X:.*]]: tensor<4x2x8xf32>, %[[NORM:.*]]: tensor<8xf32> {dist.parameter}, %[[UP:.*]]: tensor<16x8xf32> {dist.parameter}, %[[DOWN:.*]]: tensor<16x8xf32> {dist.parameter})
// CHECK: %[[A:.*]] = nn.rms_norm %[[X]], %[[NORM]]
// CHECK: %[[B:.*]] = dist.reshard %[[A]] to replicated over ["tp"] cause "model.layers.*.up: colwise"
// CHECK: %[[C:.*]] = nn.linear %[[B]], %[[UP]]
// CHECK: %[[D:.*]] = nn.silu %[[C]]
// CHECK: %[[E:.*]] = nn.linear %[[D]], %[[DOWN]] transposed
// CHECK: dist.reshard %[[E]] to replicated over ["tp"] cause "model.layers.*.down: rowwise"
// CHECK-NOT: func.func

// One rank: nothing is sharded, and no style asks anything.
// ONE: dist.parameter @model.embed.weight : tensor<16x8xf32> stored <{{\[}}[], []]>
// ONE-LABEL: func.func @forward(
// ONE: dist.unshard @model.embed.weight computed <{{\[}}[], []]>
// ONE-NOT: dist.reshard

// With replicas they are stored sharded over dp_shard and replicated over dp_replicate, computed copied on both; the batch is cut by both.
// HSDP: dist.parameter @model.layers.0.norm.weight : tensor<8xf32> stored <{{\[}}["dp_shard"] : 8]>
// HSDP: dist.placement = #dist.sharding<{{\[}}["dp_replicate", "dp_shard"] : 4, []]>
// HSDP: dist.unshard @model.layers.0.norm.weight computed <{{\[}}[]], copied = ["dp_replicate", "dp_shard"]>

// With replicas alone they are stored whole.
// DDP: dist.parameter @model.layers.0.norm.weight : tensor<8xf32> stored <{{\[}}[]]>
// DDP: dist.unshard @model.layers.0.norm.weight computed <{{\[}}[]], copied = ["dp_replicate"]>
