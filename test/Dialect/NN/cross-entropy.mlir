// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-sharding-rule -test-cost -test-target --verify-diagnostics -o /dev/null
// RUN: shard-opt %s -test-vjp | FileCheck %s --check-prefix=VJP
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s --check-prefix=LINALG
// RUN: shard-opt %s -test-build-sharded --allow-unregistered-dialect | FileCheck %s --check-prefix=ALONE
// RUN: shard-opt %s -test-build-sharded=shards=2 --allow-unregistered-dialect | FileCheck %s --check-prefix=SHARDED

// CHECK-LABEL: func.func @cross_entropy
// VJP-LABEL: func.func @cross_entropy_vjp
// LINALG-LABEL: func.func @cross_entropy
// ALONE-LABEL: func.func @cross_entropy
// SHARDED-LABEL: func.func @cross_entropy
func.func @cross_entropy(%logits: tensor<2x8x256xf32>, %targets: tensor<2x8xi32>) -> (tensor<f32>, tensor<f32>) {
  // CHECK: nn.cross_entropy %{{.*}}, %{{.*}} : (tensor<2x8x256xf32>, tensor<2x8xi32>) -> (tensor<f32>, tensor<f32>)
  // VJP: %[[DLOSS:.*]] = nn.broadcast %arg2 : (tensor<f32>) -> tensor<2x8x1xf32>
  // VJP: %[[LSE:.*]] = nn.log_sum_exp %arg0
  // VJP: %[[SOFTMAX:.*]] = nn.log_sum_exp_grad %[[DLOSS]], %arg0, %[[LSE]]
  // VJP: %[[PICKED:.*]] = nn.pick_grad %[[DLOSS]], %arg1
  // VJP: nn.sub %[[SOFTMAX]], %[[PICKED]]
  // LINALG: math.log
  // ALONE: %[[LOGITS:.*]] = "test.mask"(%arg0)
  // ALONE: %[[LSE:.*]] = nn.log_sum_exp %[[LOGITS]]
  // ALONE: %[[PICKED:.*]] = nn.pick %[[LOGITS]], %arg1
  // ALONE: %[[LOSSES:.*]] = nn.sub %[[LSE]], %[[PICKED]]
  // ALONE: nn.sum %[[LOSSES]]
  // ALONE: nn.count %arg1
  // SHARDED: %[[LOGITS:.*]] = "test.mask"(%arg0)
  // SHARDED: %[[OWN:.*]] = nn.log_sum_exp %[[LOGITS]]
  // SHARDED: %[[ALL:.*]] = "test.all_gather"(%[[OWN]]) : (tensor<2x8x1xf32>) -> tensor<2x8x2xf32>
  // SHARDED: %[[LSE:.*]] = nn.log_sum_exp %[[ALL]] : (tensor<2x8x2xf32>) -> tensor<2x8x1xf32>
  // SHARDED: %[[INDEX:.*]] = "test.local_index"(%arg1)
  // SHARDED: %[[PART:.*]] = nn.pick %[[LOGITS]], %[[INDEX]]
  // SHARDED: %[[PICKED:.*]] = "test.all_reduce"(%[[PART]])
  // SHARDED: %[[LOSSES:.*]] = nn.sub %[[LSE]], %[[PICKED]]
  // SHARDED: nn.sum %[[LOSSES]]
  // SHARDED: nn.count %arg1
  // expected-remark@below {{b t v, b t -> , ; custom v}}
  // expected-remark@below {{16384 flops}}
  // expected-remark@below {{kernel of 0 row dimensions of []}}
  %sum, %count = nn.cross_entropy %logits, %targets : (tensor<2x8x256xf32>, tensor<2x8xi32>) -> (tensor<f32>, tensor<f32>)
  return %sum, %count : tensor<f32>, tensor<f32>
}

// CHECK-LABEL: func.func @log_sum_exp(
// VJP-LABEL: func.func @log_sum_exp_vjp
// LINALG-LABEL: func.func @log_sum_exp(
func.func @log_sum_exp(%x: tensor<2x8x256xf32>) -> tensor<2x8x1xf32> {
  // CHECK: nn.log_sum_exp %{{.*}} : (tensor<2x8x256xf32>) -> tensor<2x8x1xf32>
  // VJP: %[[LSE:.*]] = nn.log_sum_exp
  // VJP: nn.log_sum_exp_grad %arg1, %arg0, %[[LSE]]
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]
  // LINALG: arith.maximumf
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]
  // LINALG: math.exp
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel"]
  // LINALG: math.log
  // expected-remark@below {{b t (r v) -> b t r; whole v}}
  // expected-remark@below {{16384 flops}}
  // expected-remark@below {{kernel of 2 row dimensions of [2, 8, 1]}}
  %0 = nn.log_sum_exp %x : (tensor<2x8x256xf32>) -> tensor<2x8x1xf32>
  return %0 : tensor<2x8x1xf32>
}

// CHECK-LABEL: func.func @log_sum_exp_of_groups(
// LINALG-LABEL: func.func @log_sum_exp_of_groups(
func.func @log_sum_exp_of_groups(%x: tensor<2x8x256xf32>) -> tensor<2x8x4xf32> {
  // CHECK: nn.log_sum_exp %{{.*}} : (tensor<2x8x256xf32>) -> tensor<2x8x4xf32>
  // LINALG: tensor.expand_shape %{{.*}} into tensor<2x8x4x64xf32>
  // expected-remark@below {{b t (r v) -> b t r; whole v}}
  // expected-remark@below {{16384 flops}}
  // expected-remark@below {{kernel of 2 row dimensions of [2, 8, 4]}}
  %0 = nn.log_sum_exp %x : (tensor<2x8x256xf32>) -> tensor<2x8x4xf32>
  return %0 : tensor<2x8x4xf32>
}

// CHECK-LABEL: func.func @pick
// VJP-LABEL: func.func @pick_vjp
// LINALG-LABEL: func.func @pick
func.func @pick(%x: tensor<2x8x256xf32>, %targets: tensor<2x8xi32>) -> tensor<2x8x1xf32> {
  // CHECK: nn.pick %{{.*}}, %{{.*}} : (tensor<2x8x256xf32>, tensor<2x8xi32>) -> tensor<2x8x1xf32>
  // VJP: nn.pick_grad %arg2, %arg1
  // LINALG: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]
  // LINALG: linalg.index 2
  // expected-remark@below {{b t v, b t -> b t 1; linear in 0}}
  // expected-remark@below {{16 flops}}
  // expected-remark@below {{kernel of 2 row dimensions of [2, 8, 1]}}
  %0 = nn.pick %x, %targets : (tensor<2x8x256xf32>, tensor<2x8xi32>) -> tensor<2x8x1xf32>
  return %0 : tensor<2x8x1xf32>
}
