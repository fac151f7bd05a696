// RUN: shard-opt %s --shardc-set-settings="set=activation_checkpointing=full" --shardc-plan-model | FileCheck %s --check-prefixes=CHECK,FULL
// RUN: shard-opt %s --shardc-set-settings="set=activation_checkpointing=modules" --shardc-plan-model | FileCheck %s --check-prefixes=CHECK,MODULES
// RUN: shard-opt %s --shardc-set-settings="set=activation_checkpointing=every:2" --shardc-plan-model | FileCheck %s --check-prefixes=CHECK,EVERY
// RUN: shard-opt %s --shardc-set-settings="set=activation_checkpointing=none" --shardc-plan-model | FileCheck %s --check-prefix=NONE

// Elements of lists are marked to be recomputed; with `modules`, what each of their modules takes and returns is kept: once for each value, and all its
// uses behind it. Operands of the element need no mark.
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>} {
  nn.module @Up {
    nn.parameter @weight : tensor<8x8xf32>
    nn.forward(%x: tensor<4x2x8xf32>) -> tensor<4x2x8xf32> {
      %w = nn.use @weight : tensor<8x8xf32>
      %0 = nn.linear %x, %w : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
      %1 = nn.silu %0 : tensor<4x2x8xf32>
      nn.return %1 : tensor<4x2x8xf32>
    }
  }
  nn.module @Layer {
    nn.instance @first : @Up
    nn.instance @second : @Up
    nn.forward(%x: tensor<4x2x8xf32>) -> tensor<4x2x8xf32> {
      %0 = nn.call @first(%x) : (tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
      %1 = nn.silu %0 : tensor<4x2x8xf32>
      %2 = nn.add %1, %x : (tensor<4x2x8xf32>, tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
      %3 = nn.call @second(%2) : (tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
      %4 = nn.add %3, %2 : (tensor<4x2x8xf32>, tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
      nn.return %4 : tensor<4x2x8xf32>
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
    nn.instance @layers : 5 x @Layer
    nn.forward(%tokens: tensor<4x2xi32>, %targets: tensor<4x2xi32>, %positions: tensor<4x2xi32>) -> tensor<f32> {
      %0 = nn.call @embed(%tokens) : (tensor<4x2xi32>) -> tensor<4x2x8xf32>
      %1 = nn.call @layers(%0) : (tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
      %2 = nn.sum %1 : (tensor<4x2x8xf32>) -> tensor<f32>
      nn.return %2 : tensor<f32>
    }
  }
}

// NONE-NOT: dist.checkpoint
// NONE-NOT: dist.keep

// CHECK-LABEL: func.func @forward(
// CHECK-NOT: dist.keep
// FULL-COUNT-5: call @forward.Layer(
// MODULES-COUNT-5: call @forward.Layer(

// Of five elements the second and the fourth: two functions of one class.
// EVERY: call @forward.Layer(
// EVERY: call @forward.Layer.1(
// EVERY: call @forward.Layer(
// EVERY: call @forward.Layer.1(
// EVERY: call @forward.Layer(

// FULL: func.func private @forward.Layer({{.*}} attributes {dist.checkpoint} {
// FULL-NOT: dist.keep
// EVERY: func.func private @forward.Layer(
// EVERY-NOT: dist.checkpoint
// EVERY: func.func private @forward.Layer.1({{.*}} attributes {dist.checkpoint} {

// MODULES: func.func private @forward.Layer(%[[X:[^:]*]]: {{.*}} attributes {dist.checkpoint} {
// MODULES-NEXT: %[[A:.*]] = nn.linear %[[X]],
// MODULES-NEXT: %[[B:.*]] = nn.silu %[[A]]
// MODULES-NEXT: %[[FIRST:.*]] = dist.keep %[[B]]
// MODULES-NEXT: %[[C:.*]] = nn.silu %[[FIRST]]
// MODULES-NEXT: %[[D:.*]] = nn.add %[[C]], %[[X]]
// MODULES-NEXT: %[[IN:.*]] = dist.keep %[[D]]
// MODULES-NEXT: %[[E:.*]] = nn.linear %[[IN]],
// MODULES-NEXT: %[[F:.*]] = nn.silu %[[E]]
// MODULES-NEXT: %[[SECOND:.*]] = dist.keep %[[F]]
// MODULES-NEXT: %[[G:.*]] = nn.add %[[SECOND]], %[[IN]]
// MODULES-NEXT: return %[[G]]
