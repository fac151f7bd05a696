// RUN: shard-opt %s --shardc-set-settings="set=distributed.dp_size=2,distributed.tp_size=2" --shardc-plan-model | FileCheck %s
// RUN: shard-opt %s --shardc-set-settings="set=distributed.dp_size=2,distributed.tp_size=2,train.clip_norm=null" --shardc-plan-model --shardc-partition-model --shardc-verify-placements --shardc-differentiate-model --shardc-verify-placements | FileCheck %s --check-prefix=STEP

// A scalar has no dimension to shard: it is stored whole, and its gradient is summed where the batch is cut.
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>} {
  nn.module @Scale {
    nn.parameter @weight : tensor<f32> init "ones"
    nn.forward(%x: tensor<f32>) -> tensor<f32> {
      %w = nn.use @weight : tensor<f32>
      %0 = nn.mul %x, %w : (tensor<f32>, tensor<f32>) -> tensor<f32>
      nn.return %0 : tensor<f32>
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
    nn.instance @scale : @Scale
    nn.forward(%tokens: tensor<4x2xi32>, %targets: tensor<4x2xi32>, %positions: tensor<4x2xi32>) -> tensor<f32> {
      %0 = nn.call @embed(%tokens) : (tensor<4x2xi32>) -> tensor<4x2x8xf32>
      %1 = nn.sum %0 : (tensor<4x2x8xf32>) -> tensor<f32>
      %2 = nn.call @scale(%1) : (tensor<f32>) -> tensor<f32>
      nn.return %2 : tensor<f32>
    }
  }
}

// CHECK: dist.parameter @scale.weight : tensor<f32> stored <[]> unit "" init "ones"
// CHECK: dist.unshard @scale.weight computed <[], copied = ["dp_shard"]>

// STEP-LABEL: func.func @micro
// STEP: %[[SUM:.*]] = nn.sum %{{.*}} -> tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>
// STEP: %[[W:.*]] = dist.unshard @scale.weight cause "scale.weight" : tensor<f32, #dist.sharding<[], copied = ["dp_shard"]>>
// STEP: nn.mul %[[SUM]], %[[W]] : {{.*}} -> tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>
// STEP: dist.accumulate %{{.*}}, @scale.weight cause "scale.weight" : tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>
