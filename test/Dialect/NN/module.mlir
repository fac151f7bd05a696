// RUN: shard-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: nn.module @Linear
nn.module @Linear {
  // CHECK: nn.parameter @weight : tensor<32x32xf32>{{$}}
  nn.parameter @weight : tensor<32x32xf32>
  // CHECK: nn.parameter @scale : tensor<32xf32> init "ones"
  nn.parameter @scale : tensor<32xf32> init "ones"
  // CHECK: nn.forward(%[[X:.*]]: tensor<2x8x32xf32>) -> tensor<2x8x32xf32> {
  nn.forward(%x: tensor<2x8x32xf32>) -> tensor<2x8x32xf32> {
    // CHECK: %[[W:.*]] = nn.use @weight : tensor<32x32xf32>
    %w = nn.use @weight : tensor<32x32xf32>
    // CHECK: nn.linear %[[X]], %[[W]]
    %0 = nn.linear %x, %w : (tensor<2x8x32xf32>, tensor<32x32xf32>) -> tensor<2x8x32xf32>
    // CHECK: nn.return %{{.*}} : tensor<2x8x32xf32>
    nn.return %0 : tensor<2x8x32xf32>
  }
}

// CHECK-LABEL: nn.module @Stack
nn.module @Stack {
  // CHECK: nn.instance @layers : 16 x @Linear
  nn.instance @layers : 16 x @Linear
  nn.forward(%x: tensor<2x8x32xf32>) -> tensor<2x8x32xf32> {
    // CHECK: nn.call @layers(%{{.*}}) : (tensor<2x8x32xf32>) -> tensor<2x8x32xf32>
    %0 = nn.call @layers(%x) : (tensor<2x8x32xf32>) -> tensor<2x8x32xf32>
    nn.return %0 : tensor<2x8x32xf32>
  }
}

// Of two results, and with tied weights.
// CHECK-LABEL: nn.module @Model
nn.module @Model {
  nn.instance @stack : @Stack
  // CHECK: nn.instance @head : @Linear tie ["weight" = "stack.layers.0.weight", "scale" = "stack.layers.15.scale"]
  nn.instance @head : @Linear tie ["weight" = "stack.layers.0.weight", "scale" = "stack.layers.15.scale"]
  // CHECK: nn.forward(%{{.*}}: tensor<2x8x32xf32>) -> (tensor<2x8x32xf32>, tensor<2x8x32xf32>)
  nn.forward(%x: tensor<2x8x32xf32>) -> (tensor<2x8x32xf32>, tensor<2x8x32xf32>) {
    %0 = nn.call @stack(%x) : (tensor<2x8x32xf32>) -> tensor<2x8x32xf32>
    %1 = nn.call @head(%0) : (tensor<2x8x32xf32>) -> tensor<2x8x32xf32>
    nn.return %0, %1 : tensor<2x8x32xf32>, tensor<2x8x32xf32>
  }
}

// Three parameters that a checkpoint keeps side by side in one tensor, and a result for each.
// CHECK-LABEL: nn.module @Fused
nn.module @Fused {
  // CHECK: nn.parameter @weight_q : tensor<32x32xf32> part of "weight" dim 0 at 0 size 64
  nn.parameter @weight_q : tensor<32x32xf32> part of "weight" dim 0 at 0 size 64
  // CHECK: nn.parameter @weight_k : tensor<16x32xf32> init "zeros" part of "weight" dim 0 at 32 size 64
  nn.parameter @weight_k : tensor<16x32xf32> init "zeros" part of "weight" dim 0 at 32 size 64
  nn.parameter @weight_v : tensor<16x32xf32> part of "weight" dim 0 at 48 size 64
  nn.forward() {
    nn.return
  }
}

nn.module @Other {
  nn.parameter @weight : tensor<32x32xf32>
  nn.forward(%x: tensor<2x8x32xf32>) -> tensor<2x8x32xf32> {
    nn.return %x : tensor<2x8x32xf32>
  }
}

// A list of runs of classes; its elements are named through.
// CHECK-LABEL: nn.module @Mixed
nn.module @Mixed {
  // CHECK: nn.instance @layers : 2 x @Linear, 1 x @Other, 3 x @Linear
  nn.instance @layers : 2 x @Linear, 1 x @Other, 3 x @Linear
  nn.instance @head : @Linear tie ["weight" = "layers.2.weight", "scale" = "layers.3.scale"]
  nn.forward(%x: tensor<2x8x32xf32>) -> tensor<2x8x32xf32> {
    %0 = nn.call @layers(%x) : (tensor<2x8x32xf32>) -> tensor<2x8x32xf32>
    nn.return %0 : tensor<2x8x32xf32>
  }
}

// Arguments of forward functions keep their names; one that is a number gets another.
// CHECK-LABEL: nn.module @Indexed
// CHECK: nn.forward(%x: tensor<2x8x32xf32>, %arg1: tensor<i32>, %window_size: tensor<i32>)
nn.module @Indexed {
  nn.forward(%x: tensor<2x8x32xf32>, %0: tensor<i32>, %window_size: tensor<i32>) -> tensor<2x8x32xf32> {
    nn.return %x : tensor<2x8x32xf32>
  }
}

// A list whose elements differ in two numbers.
// CHECK-LABEL: nn.module @Numbered
nn.module @Numbered {
  // CHECK: nn.instance @layers : 2 x @Indexed, 1 x @Indexed each {{\[\[}}0, 1, -2], [16, 0, 16]]
  nn.instance @layers : 2 x @Indexed, 1 x @Indexed each [[0, 1, -2], [16, 0, 16]]
  nn.forward(%x: tensor<2x8x32xf32>) -> tensor<2x8x32xf32> {
    // CHECK: nn.call @layers(%x) : (tensor<2x8x32xf32>) -> tensor<2x8x32xf32>
    %0 = nn.call @layers(%x) : (tensor<2x8x32xf32>) -> tensor<2x8x32xf32>
    nn.return %0 : tensor<2x8x32xf32>
  }
}
