// RUN: shard-opt %s --shardc-set-settings="set=distributed.dp_size=2,distributed.tp_size=2" --shardc-plan-model --split-input-file --verify-diagnostics | FileCheck %s

// A parameter that is tied to one that is tied itself: one parameter with three uses.
// CHECK: dist.parameter @c.weight : tensor<8xf32> {{.*}} {aliases = ["a.weight", "b.weight"]}
// CHECK-NOT: dist.parameter
// CHECK-LABEL: func.func @forward
// CHECK: dist.unshard @c.weight {{.*}} cause "a.weight"
// CHECK: dist.unshard @c.weight {{.*}} cause "b.weight"
// CHECK: dist.unshard @c.weight {{.*}} cause "c.weight"
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>} {
  nn.module @Use {
    nn.parameter @weight : tensor<8xf32>
    nn.forward() -> tensor<8xf32> {
      %w = nn.use @weight : tensor<8xf32>
      nn.return %w : tensor<8xf32>
    }
  }
  nn.module @Model {
    nn.instance @a : @Use tie ["weight" = "b.weight"]
    nn.instance @b : @Use tie ["weight" = "c.weight"]
    nn.instance @c : @Use
    nn.forward(%tokens: tensor<4x2xi32>, %targets: tensor<4x2xi32>, %positions: tensor<4x2xi32>) -> tensor<f32> {
      %0 = nn.call @a() : () -> tensor<8xf32>
      %1 = nn.call @b() : () -> tensor<8xf32>
      %2 = nn.call @c() : () -> tensor<8xf32>
      %3 = nn.mul %0, %1 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
      %4 = nn.mul %2, %3 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
      %5 = nn.sum %4 : (tensor<8xf32>) -> tensor<f32>
      nn.return %5 : tensor<f32>
    }
  }
}

// -----

// Parameters that are tied in a ring are none.
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>} {
  nn.module @Use {
    // expected-error@+1 {{parameter a.weight is tied in a ring}}
    nn.parameter @weight : tensor<8xf32>
    nn.forward() -> tensor<8xf32> {
      %w = nn.use @weight : tensor<8xf32>
      nn.return %w : tensor<8xf32>
    }
  }
  nn.module @Model {
    nn.instance @a : @Use tie ["weight" = "b.weight"]
    nn.instance @b : @Use tie ["weight" = "a.weight"]
    nn.forward(%tokens: tensor<4x2xi32>, %targets: tensor<4x2xi32>, %positions: tensor<4x2xi32>) -> tensor<f32> {
      %0 = nn.call @a() : () -> tensor<8xf32>
      %1 = nn.sum %0 : (tensor<8xf32>) -> tensor<f32>
      nn.return %1 : tensor<f32>
    }
  }
}
