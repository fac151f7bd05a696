// RUN: shard-opt %s --shardc-set-settings="set=precision.param_dtype=bfloat16,train.clip_norm=null" --shardc-set-compute-type --shardc-partition-model --shardc-differentiate-model --shardc-verify-placements | FileCheck %s
// RUN: shard-opt %s --shardc-set-settings="set=precision.param_dtype=bfloat16,precision.reduce_dtype=bfloat16,train.clip_norm=null" --shardc-set-compute-type --shardc-plan-chains --shardc-partition-model --shardc-differentiate-model --shardc-verify-placements | FileCheck %s --check-prefix=NARROW

// Parameters are used in bfloat16. Gradients of weights come about as float32 and stay so on their way to the accumulator, through moves too; the gradient of
// an activation that is wider than it is rounded once, where the next operation takes it.
dist.mesh ["dp_shard" = 2, "tp" = 2]
dist.parameter @embed : tensor<16x8xf32> stored <[["dp_shard"] : 16, []]> unit "" init "normal"
dist.parameter @norm : tensor<8xf32> stored <[["dp_shard"] : 8]> unit "" init "ones"
dist.parameter @head : tensor<16x8xf32> stored <[["tp", "dp_shard"] : 16, []]> unit "" init "normal"
func.func @forward(%t: tensor<8x2xi32> {dist.input = "tokens", dist.placement = #dist.sharding<[["dp_shard"] : 8, []]>},
                   %y: tensor<8x2xi32> {dist.input = "targets", dist.placement = #dist.sharding<[["dp_shard"] : 8, []]>}) -> tensor<f32> {
  %e = dist.unshard @embed computed <[[], []], copied = ["dp_shard"]> cause "embed" : tensor<16x8xf32>
  %0 = nn.embedding %t, %e : (tensor<8x2xi32>, tensor<16x8xf32>) -> tensor<8x2x8xf32>
  %n = dist.unshard @norm computed <[[]], copied = ["dp_shard"]> cause "norm" : tensor<8xf32>
  %1 = nn.rms_norm %0, %n epsilon = 1.0e-5 size = 8 : (tensor<8x2x8xf32>, tensor<8xf32>) -> tensor<8x2x8xf32>
  %h = dist.unshard @head computed <[["tp"] : 16, []], copied = ["dp_shard"]> cause "head" : tensor<16x8xf32>
  %2 = nn.linear %1, %h : (tensor<8x2x8xf32>, tensor<16x8xf32>) -> tensor<8x2x16xf32>
  %sum, %count = nn.cross_entropy %2, %y : (tensor<8x2x16xf32>, tensor<8x2xi32>) -> (tensor<f32>, tensor<f32>)
  return %sum : tensor<f32>
}

// What is summed over steps and micro batches is float32.
// CHECK: dist.state @loss_sum : tensor<f32,
// CHECK-LABEL: func.func @micro(
// CHECK: %[[H:.*]] = dist.unshard @head {{.*}} : tensor<8x8xbf16, #dist.sharding<{{\[}}["tp"] : 16, []], copied = ["dp_shard"]>>
// CHECK: %[[LOGITS:.*]] = nn.linear {{.*}} -> tensor<4x2x8xbf16,
// CHECK: %[[LSE:.*]] = nn.log_sum_exp %[[LOGITS]] : {{.*}} -> tensor<4x2x1xf32,
// CHECK: exec.phase backward
// CHECK: nn.pick_grad {{.*}} -> tensor<4x2x8xf32,
// CHECK: nn.log_sum_exp_grad {{.*}} -> tensor<4x2x8xf32,
// CHECK: %[[WIDE:.*]] = nn.add {{.*}} -> tensor<4x2x8xf32,
// CHECK-NEXT: %[[DLOGITS:.*]] = nn.cast %[[WIDE]] : {{.*}} -> tensor<4x2x8xbf16,
// CHECK-NEXT: %[[DX:.*]] = nn.linear %[[DLOGITS]], %[[H]] transposed : {{.*}} -> tensor<4x2x8xbf16,
// CHECK-NEXT: %[[DW:.*]] = nn.linear_weight_grad %[[DLOGITS]], {{.*}} -> tensor<8x8xf32,
// A sum of activations over ranks is one of bfloat16.
// CHECK-NEXT: dist.all_reduce %[[DX]] over ["tp"] {{.*}} -> tensor<4x2x8xbf16,
// CHECK-NEXT: dist.accumulate %[[DW]], @head cause "head" : tensor<8x8xf32,
// NARROW: %[[DW:.*]] = nn.linear_weight_grad
// NARROW: %[[ROUNDED:.*]] = nn.cast %[[DW]] : {{.*}} -> tensor<8x8xbf16,
// NARROW-NEXT: dist.accumulate %[[ROUNDED]], @head cause "head" : tensor<8x8xbf16,
// CHECK-NOT: nn.cast
// CHECK: nn.rms_norm_weight_grad {{.*}} -> tensor<8xf32,
// CHECK: dist.accumulate {{.*}}, @embed cause "embed" : tensor<16x8xf32,
// CHECK-LABEL: func.func @update(
// CHECK-NOT: bf16
