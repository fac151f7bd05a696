// RUN: shard-opt %s --shardc-set-settings="set=distributed.tp_size=2" --shardc-plan-model | FileCheck %s

// Elements of one class that are planned alike share a function, across lists too; others have one of their own.
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>, dist.tp_plan = #dist.tp_plan<[<"first.*.up" = "colwise_rep">, <"third.*.up" = "colwise_rep">,
                                                <"second.*.up" = "replicated">]>} {
  nn.module @Up {
    nn.parameter @weight : tensor<8x8xf32>
    nn.forward(%x: tensor<4x2x8xf32>) -> tensor<4x2x8xf32> {
      %w = nn.use @weight : tensor<8x8xf32>
      %0 = nn.linear %x, %w : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
      nn.return %0 : tensor<4x2x8xf32>
    }
  }
  // A list within an element is part of it: it is inlined, and its parameters are in the unit of the outermost element.
  nn.module @Layer {
    nn.instance @up : @Up
    nn.instance @inner : 2 x @Up
    nn.forward(%x: tensor<4x2x8xf32>) -> tensor<4x2x8xf32> {
      %0 = nn.call @up(%x) : (tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
      %1 = nn.call @inner(%0) : (tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
      nn.return %1 : tensor<4x2x8xf32>
    }
  }
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
    nn.instance @first : 2 x @Layer
    nn.instance @second : 1 x @Layer
    nn.instance @third : 1 x @Layer
    nn.forward(%tokens: tensor<4x2xi32>, %targets: tensor<4x2xi32>, %positions: tensor<4x2xi32>) -> tensor<f32> {
      %0 = nn.call @embed(%tokens) : (tensor<4x2xi32>) -> tensor<4x2x8xf32>
      %1 = nn.call @first(%0) : (tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
      %2 = nn.call @second(%1) : (tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
      %3 = nn.call @third(%2) : (tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
      %4 = nn.sum %3 : (tensor<4x2x8xf32>) -> tensor<f32>
      nn.return %4 : tensor<f32>
    }
  }
}

// CHECK: dist.parameter @first.0.inner.1.weight {{.*}} unit "first.0"
// CHECK-LABEL: func.func @forward(
// CHECK: %[[A:.*]] = call @forward.Layer(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}})
// CHECK: %[[B:.*]] = call @forward.Layer(%[[A]],
// CHECK: dist.unshard @second.0.up.weight computed <{{\[}}[], []]> cause "second.0.up.weight: replicated"
// CHECK: %[[C:.*]] = call @forward.Layer.1(%[[B]],
// CHECK: %[[D:.*]] = call @forward.Layer(%[[C]],
// CHECK: nn.sum %[[D]]

// CHECK-LABEL: func.func private @forward.Layer(
// CHECK: %[[X:.*]] = dist.reshard %{{.*}} to replicated over ["tp"] cause "first.*.up: colwise_rep"
// CHECK: nn.linear %[[X]]
// CHECK: dist.reshard
// CHECK: nn.linear
// CHECK: nn.linear
// CHECK-NOT: dist.reshard

// A module that is asked to be replicated takes and gives whole values; its parameters are not sharded.
// CHECK-LABEL: func.func private @forward.Layer.1(
// CHECK: %[[X:.*]] = dist.reshard %{{.*}} to replicated over ["tp"] cause "second.*.up: replicated"
// CHECK: %[[Y:.*]] = nn.linear %[[X]]
// CHECK: dist.reshard %[[Y]] to replicated over ["tp"] cause "second.*.up: replicated"
// CHECK-COUNT-2: nn.linear
// CHECK-NOT: func.func
