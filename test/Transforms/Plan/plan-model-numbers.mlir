// RUN: shard-opt %s --shardc-set-settings="set=distributed.tp_size=2,distributed.sequence_parallel=true" --shardc-plan-model | FileCheck %s
// RUN: shard-opt %s --shardc-set-settings="set=distributed.dp_size=2" --shardc-plan-model --shardc-partition-model --shardc-verify-placements | FileCheck %s --check-prefix=LOCAL

// Elements that differ in numbers alone share a function, which takes them as operands. A number is no part of a sequence. Lists within an element are inlined, with
// their numbers; inputs have the names of the root's arguments, and any of them may have the batch alone.
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>, dist.tp_plan = #dist.tp_plan<[<"layers.*" = "sequence_parallel">]>} {
  nn.module @Step {
    nn.parameter @table : tensor<4x8xf32>
    nn.forward(%x: tensor<4x2x8xf32>, %index: tensor<i32>) -> tensor<4x2x8xf32> {
      %w = nn.use @table : tensor<4x8xf32>
      %0 = nn.embedding %index, %w : (tensor<i32>, tensor<4x8xf32>) -> tensor<8xf32>
      %1 = nn.add_bias %x, %0 : (tensor<4x2x8xf32>, tensor<8xf32>) -> tensor<4x2x8xf32>
      nn.return %1 : tensor<4x2x8xf32>
    }
  }
  nn.module @Layer {
    nn.instance @steps : 2 x @Step each [[2, 3]]
    nn.instance @own : @Own
    nn.forward(%x: tensor<4x2x8xf32>, %index: tensor<i32>, %window: tensor<i32>) -> tensor<4x2x8xf32> {
      %0 = nn.call @steps(%x) : (tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
      %1 = nn.call @own(%0, %index) : (tensor<4x2x8xf32>, tensor<i32>) -> tensor<4x2x8xf32>
      nn.return %1 : tensor<4x2x8xf32>
    }
  }
  nn.module @Own {
    nn.instance @step : @Step
    nn.forward(%x: tensor<4x2x8xf32>, %index: tensor<i32>) -> tensor<4x2x8xf32> {
      %0 = nn.call @step(%x, %index) : (tensor<4x2x8xf32>, tensor<i32>) -> tensor<4x2x8xf32>
      nn.return %0 : tensor<4x2x8xf32>
    }
  }
  nn.module @Model {
    nn.parameter @table : tensor<16x8xf32>
    nn.instance @layers : 3 x @Layer each [[0, 1, 2], [16, 0, 16]]
    nn.forward(%weights: tensor<4xf32>, %tokens: tensor<4x2xi32>) -> tensor<f32> {
      %w = nn.use @table : tensor<16x8xf32>
      %0 = nn.embedding %tokens, %w : (tensor<4x2xi32>, tensor<16x8xf32>) -> tensor<4x2x8xf32>
      %1 = nn.call @layers(%0) : (tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
      %2 = nn.sum %1 : (tensor<4x2x8xf32>) -> tensor<f32>
      nn.return %2 : tensor<f32>
    }
  }
}

// CHECK-LABEL: func.func @forward(
// CHECK-SAME: tensor<4xf32> {dist.input = "weights", {{[^}]*}}},
// CHECK-SAME: tensor<4x2xi32> {dist.input = "tokens",
// CHECK: %[[I:.*]] = nn.constant 1 : tensor<i32>
// CHECK: %[[W:.*]] = nn.constant 0 : tensor<i32>
// CHECK: call @forward.Layer(%{{[^,]*}}, %[[I]], %[[W]], %{{[^,]*}}, %{{[^,]*}}, %{{[^,]*}})
// CHECK: %[[I:.*]] = nn.constant 2 : tensor<i32>
// CHECK: %[[W:.*]] = nn.constant 16 : tensor<i32>
// CHECK: call @forward.Layer(%{{[^,]*}}, %[[I]], %[[W]], %{{[^,]*}}, %{{[^,]*}}, %{{[^,]*}})
// CHECK-LABEL: func.func private @forward.Layer(
// CHECK-SAME: %[[X:[^:]*]]: tensor<4x2x8xf32>, %[[INDEX:[^:]*]]: tensor<i32>, %{{[^:]*}}: tensor<i32>, %{{[^:]*}}: tensor<4x8xf32> {dist.parameter}
// CHECK: dist.reshard %[[X]] to dim 1
// CHECK-NOT: dist.reshard
// CHECK: %[[TWO:.*]] = nn.constant 2 : tensor<i32>
// CHECK: nn.embedding %[[TWO]],
// CHECK: %[[THREE:.*]] = nn.constant 3 : tensor<i32>
// CHECK: nn.embedding %[[THREE]],
// CHECK: nn.embedding %[[INDEX]],
// CHECK-NOT: func.func

// LOCAL-LABEL: func.func @forward(
// LOCAL: nn.constant 2 : tensor<i32>
// LOCAL-LABEL: func.func private @forward.Layer(
// LOCAL-NOT: func.func
