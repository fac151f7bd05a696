// RUN: shard-opt %s --shardc-partition-model --shardc-set-settings="set=train.clip_norm=null" --shardc-differentiate-model --shardc-verify-placements --split-input-file | FileCheck %s

// FSDP: stored in parts, used copied, so the gradient arrives as each rank's part of the sum. The seed varies along the batch's axis.
dist.mesh ["dp_shard" = 2, "tp" = 1]
dist.parameter @embed : tensor<16x8xf32> stored <[["dp_shard"] : 16, []]> unit "" init "normal"
dist.parameter @norm : tensor<8xf32> stored <[["dp_shard"] : 8]> unit "" init "ones"
func.func @forward(%t: tensor<8x2xi32> {dist.input = "tokens", dist.placement = #dist.sharding<[["dp_shard"] : 8, []]>}) -> tensor<f32> {
  %e = dist.unshard @embed computed <[[], []], copied = ["dp_shard"]> cause "embed" : tensor<16x8xf32>
  %0 = nn.embedding %t, %e : (tensor<8x2xi32>, tensor<16x8xf32>) -> tensor<8x2x8xf32>
  %1 = dist.reshard %0 to replicated over ["tp"] cause "embed: rowwise" : tensor<8x2x8xf32>
  %n = dist.unshard @norm computed <[[]], copied = ["dp_shard"]> cause "norm" : tensor<8xf32>
  %2 = nn.rms_norm %1, %n epsilon = 1.0e-5 size = 8 : (tensor<8x2x8xf32>, tensor<8xf32>) -> tensor<8x2x8xf32>
  %3 = nn.sum %2 : (tensor<8x2x8xf32>) -> tensor<f32>
  return %3 : tensor<f32>
}

// CHECK-LABEL: func.func @micro(
// CHECK-NEXT: exec.phase forward
// CHECK-NEXT: %[[V0:.*]] = dist.read @tokens : tensor<4x2xi32, #dist.sharding<{{\[}}["dp_shard"] : 8, []]>>
// CHECK-NEXT: %[[V1:.*]] = dist.unshard @embed cause "embed" : tensor<16x8xf32, #dist.sharding<{{\[}}[], []], copied = ["dp_shard"]>>
// CHECK-NEXT: %[[V2:.*]] = nn.embedding %[[V0]], %[[V1]] : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 8, [], []]>>
// CHECK-NEXT: %[[V3:.*]] = dist.unshard @norm cause "norm" : tensor<8xf32, #dist.sharding<{{\[}}[]], copied = ["dp_shard"]>>
// CHECK-NEXT: %[[V4:.*]] = nn.rms_norm %[[V2]], %[[V3]] epsilon = 1.000000e-05 size = 8 : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 8, [], []]>>
// CHECK-NEXT: %[[V5:.*]] = nn.sum %[[V4]] : {{.*}} -> tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>
// CHECK-NEXT: %[[V6:.*]] = dist.read @loss_sum : tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>
// CHECK-NEXT: %[[V7:.*]] = nn.add %[[V6]], %[[V5]] : {{.*}} -> tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>
// CHECK-NEXT: dist.write %[[V7]], @loss_sum : tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>
// CHECK-NEXT: exec.phase backward
// CHECK-NEXT: %[[V8:.*]] = dist.read @inverse_label_count : tensor<f32>
// CHECK-NEXT: %[[V9:.*]] = dist.vary %[[V8]] over ["dp_shard"] cause "loss" : {{.*}} -> tensor<f32, #dist.sharding<[], copied = ["dp_shard"]>>
// CHECK-NEXT: %[[V10:.*]] = nn.broadcast %[[V9]] : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 8, [], []]>>
// CHECK-NEXT: %[[V11:.*]] = nn.rms_norm_grad %[[V10]], %[[V2]], %[[V3]] {epsilon = 1.000000e-05 : f64, size = 8 : i64} : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 8, [], []]>>
// CHECK-NEXT: %[[V12:.*]] = nn.rms_norm_weight_grad %[[V10]], %[[V2]] {epsilon = 1.000000e-05 : f64, size = 8 : i64} : {{.*}} -> tensor<8xf32, #dist.sharding<{{\[}}[]], partial = ["dp_shard"]>>
// CHECK-NEXT: dist.accumulate %[[V12]], @norm cause "norm" : tensor<8xf32, #dist.sharding<{{\[}}[]], partial = ["dp_shard"]>>
// CHECK-NEXT: %[[V13:.*]] = nn.embedding_grad %[[V11]], %[[V0]] : {{.*}} -> tensor<16x8xf32, #dist.sharding<{{\[}}[], []], partial = ["dp_shard"]>>
// CHECK-NEXT: dist.accumulate %[[V13]], @embed cause "embed" : tensor<16x8xf32, #dist.sharding<{{\[}}[], []], partial = ["dp_shard"]>>
// CHECK-NEXT: return

// -----

// HSDP: partial on both axes.
dist.mesh ["dp_replicate" = 2, "dp_shard" = 2, "tp" = 1]
dist.parameter @embed : tensor<16x8xf32> stored <[["dp_shard"] : 16, []]> unit "" init "normal"
dist.parameter @norm : tensor<8xf32> stored <[["dp_shard"] : 8]> unit "" init "ones"
func.func @forward(%t: tensor<8x2xi32> {dist.input = "tokens", dist.placement = #dist.sharding<[["dp_replicate", "dp_shard"] : 8, []]>}) -> tensor<f32> {
  %e = dist.unshard @embed computed <[[], []], copied = ["dp_replicate", "dp_shard"]> cause "embed" : tensor<16x8xf32>
  %0 = nn.embedding %t, %e : (tensor<8x2xi32>, tensor<16x8xf32>) -> tensor<8x2x8xf32>
  %1 = dist.reshard %0 to replicated over ["tp"] cause "embed: rowwise" : tensor<8x2x8xf32>
  %n = dist.unshard @norm computed <[[]], copied = ["dp_replicate", "dp_shard"]> cause "norm" : tensor<8xf32>
  %2 = nn.rms_norm %1, %n epsilon = 1.0e-5 size = 8 : (tensor<8x2x8xf32>, tensor<8xf32>) -> tensor<8x2x8xf32>
  %3 = nn.sum %2 : (tensor<8x2x8xf32>) -> tensor<f32>
  return %3 : tensor<f32>
}

// CHECK-LABEL: func.func @micro(
// CHECK-NEXT: exec.phase forward
// CHECK-NEXT: %[[V0:.*]] = dist.read @tokens : tensor<2x2xi32, #dist.sharding<{{\[}}["dp_replicate", "dp_shard"] : 8, []]>>
// CHECK-NEXT: %[[V1:.*]] = dist.unshard @embed cause "embed" : tensor<16x8xf32, #dist.sharding<{{\[}}[], []], copied = ["dp_replicate", "dp_shard"]>>
// CHECK-NEXT: %[[V2:.*]] = nn.embedding %[[V0]], %[[V1]] : {{.*}} -> tensor<2x2x8xf32, #dist.sharding<{{\[}}["dp_replicate", "dp_shard"] : 8, [], []]>>
// CHECK-NEXT: %[[V3:.*]] = dist.unshard @norm cause "norm" : tensor<8xf32, #dist.sharding<{{\[}}[]], copied = ["dp_replicate", "dp_shard"]>>
// CHECK-NEXT: %[[V4:.*]] = nn.rms_norm %[[V2]], %[[V3]] epsilon = 1.000000e-05 size = 8 : {{.*}} -> tensor<2x2x8xf32, #dist.sharding<{{\[}}["dp_replicate", "dp_shard"] : 8, [], []]>>
// CHECK-NEXT: %[[V5:.*]] = nn.sum %[[V4]] : {{.*}} -> tensor<f32, #dist.sharding<[], partial = ["dp_replicate", "dp_shard"]>>
// CHECK-NEXT: %[[V6:.*]] = dist.read @loss_sum : tensor<f32, #dist.sharding<[], partial = ["dp_replicate", "dp_shard"]>>
// CHECK-NEXT: %[[V7:.*]] = nn.add %[[V6]], %[[V5]] : {{.*}} -> tensor<f32, #dist.sharding<[], partial = ["dp_replicate", "dp_shard"]>>
// CHECK-NEXT: dist.write %[[V7]], @loss_sum : tensor<f32, #dist.sharding<[], partial = ["dp_replicate", "dp_shard"]>>
// CHECK-NEXT: exec.phase backward
// CHECK-NEXT: %[[V8:.*]] = dist.read @inverse_label_count : tensor<f32>
// CHECK-NEXT: %[[V9:.*]] = dist.vary %[[V8]] over ["dp_replicate", "dp_shard"] cause "loss" : {{.*}} -> tensor<f32, #dist.sharding<[], copied = ["dp_replicate", "dp_shard"]>>
// CHECK-NEXT: %[[V10:.*]] = nn.broadcast %[[V9]] : {{.*}} -> tensor<2x2x8xf32, #dist.sharding<{{\[}}["dp_replicate", "dp_shard"] : 8, [], []]>>
// CHECK-NEXT: %[[V11:.*]] = nn.rms_norm_grad %[[V10]], %[[V2]], %[[V3]] {epsilon = 1.000000e-05 : f64, size = 8 : i64} : {{.*}} -> tensor<2x2x8xf32, #dist.sharding<{{\[}}["dp_replicate", "dp_shard"] : 8, [], []]>>
// CHECK-NEXT: %[[V12:.*]] = nn.rms_norm_weight_grad %[[V10]], %[[V2]] {epsilon = 1.000000e-05 : f64, size = 8 : i64} : {{.*}} -> tensor<8xf32, #dist.sharding<{{\[}}[]], partial = ["dp_replicate", "dp_shard"]>>
// CHECK-NEXT: dist.accumulate %[[V12]], @norm cause "norm" : tensor<8xf32, #dist.sharding<{{\[}}[]], partial = ["dp_replicate", "dp_shard"]>>
// CHECK-NEXT: %[[V13:.*]] = nn.embedding_grad %[[V11]], %[[V0]] : {{.*}} -> tensor<16x8xf32, #dist.sharding<{{\[}}[], []], partial = ["dp_replicate", "dp_shard"]>>
// CHECK-NEXT: dist.accumulate %[[V13]], @embed cause "embed" : tensor<16x8xf32, #dist.sharding<{{\[}}[], []], partial = ["dp_replicate", "dp_shard"]>>
// CHECK-NEXT: return

// -----

// DDP: stored whole, partial.
dist.mesh ["dp_replicate" = 2, "tp" = 1]
dist.parameter @embed : tensor<16x8xf32> stored <[[], []]> unit "" init "normal"
dist.parameter @norm : tensor<8xf32> stored <[[]]> unit "" init "ones"
func.func @forward(%t: tensor<8x2xi32> {dist.input = "tokens", dist.placement = #dist.sharding<[["dp_replicate"] : 8, []]>}) -> tensor<f32> {
  %e = dist.unshard @embed computed <[[], []], copied = ["dp_replicate"]> cause "embed" : tensor<16x8xf32>
  %0 = nn.embedding %t, %e : (tensor<8x2xi32>, tensor<16x8xf32>) -> tensor<8x2x8xf32>
  %1 = dist.reshard %0 to replicated over ["tp"] cause "embed: rowwise" : tensor<8x2x8xf32>
  %n = dist.unshard @norm computed <[[]], copied = ["dp_replicate"]> cause "norm" : tensor<8xf32>
  %2 = nn.rms_norm %1, %n epsilon = 1.0e-5 size = 8 : (tensor<8x2x8xf32>, tensor<8xf32>) -> tensor<8x2x8xf32>
  %3 = nn.sum %2 : (tensor<8x2x8xf32>) -> tensor<f32>
  return %3 : tensor<f32>
}

// CHECK-LABEL: func.func @micro(
// CHECK-NEXT: exec.phase forward
// CHECK-NEXT: %[[V0:.*]] = dist.read @tokens : tensor<4x2xi32, #dist.sharding<{{\[}}["dp_replicate"] : 8, []]>>
// CHECK-NEXT: %[[V1:.*]] = dist.unshard @embed cause "embed" : tensor<16x8xf32, #dist.sharding<{{\[}}[], []], copied = ["dp_replicate"]>>
// CHECK-NEXT: %[[V2:.*]] = nn.embedding %[[V0]], %[[V1]] : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}["dp_replicate"] : 8, [], []]>>
// CHECK-NEXT: %[[V3:.*]] = dist.unshard @norm cause "norm" : tensor<8xf32, #dist.sharding<{{\[}}[]], copied = ["dp_replicate"]>>
// CHECK-NEXT: %[[V4:.*]] = nn.rms_norm %[[V2]], %[[V3]] epsilon = 1.000000e-05 size = 8 : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}["dp_replicate"] : 8, [], []]>>
// CHECK-NEXT: %[[V5:.*]] = nn.sum %[[V4]] : {{.*}} -> tensor<f32, #dist.sharding<[], partial = ["dp_replicate"]>>
// CHECK-NEXT: %[[V6:.*]] = dist.read @loss_sum : tensor<f32, #dist.sharding<[], partial = ["dp_replicate"]>>
// CHECK-NEXT: %[[V7:.*]] = nn.add %[[V6]], %[[V5]] : {{.*}} -> tensor<f32, #dist.sharding<[], partial = ["dp_replicate"]>>
// CHECK-NEXT: dist.write %[[V7]], @loss_sum : tensor<f32, #dist.sharding<[], partial = ["dp_replicate"]>>
// CHECK-NEXT: exec.phase backward
// CHECK-NEXT: %[[V8:.*]] = dist.read @inverse_label_count : tensor<f32>
// CHECK-NEXT: %[[V9:.*]] = dist.vary %[[V8]] over ["dp_replicate"] cause "loss" : {{.*}} -> tensor<f32, #dist.sharding<[], copied = ["dp_replicate"]>>
// CHECK-NEXT: %[[V10:.*]] = nn.broadcast %[[V9]] : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}["dp_replicate"] : 8, [], []]>>
// CHECK-NEXT: %[[V11:.*]] = nn.rms_norm_grad %[[V10]], %[[V2]], %[[V3]] {epsilon = 1.000000e-05 : f64, size = 8 : i64} : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}["dp_replicate"] : 8, [], []]>>
// CHECK-NEXT: %[[V12:.*]] = nn.rms_norm_weight_grad %[[V10]], %[[V2]] {epsilon = 1.000000e-05 : f64, size = 8 : i64} : {{.*}} -> tensor<8xf32, #dist.sharding<{{\[}}[]], partial = ["dp_replicate"]>>
// CHECK-NEXT: dist.accumulate %[[V12]], @norm cause "norm" : tensor<8xf32, #dist.sharding<{{\[}}[]], partial = ["dp_replicate"]>>
// CHECK-NEXT: %[[V13:.*]] = nn.embedding_grad %[[V11]], %[[V0]] : {{.*}} -> tensor<16x8xf32, #dist.sharding<{{\[}}[], []], partial = ["dp_replicate"]>>
// CHECK-NEXT: dist.accumulate %[[V13]], @embed cause "embed" : tensor<16x8xf32, #dist.sharding<{{\[}}[], []], partial = ["dp_replicate"]>>
// CHECK-NEXT: return

// -----

// TP: a sharded table's gradient is a part, a whole weight's is whole: no reduction. The dual of the all-reduce is a vary.
dist.mesh ["tp" = 2]
dist.parameter @embed : tensor<16x8xf32> stored <[["tp"] : 16, []]> unit "" init "normal"
dist.parameter @norm : tensor<8xf32> stored <[[]]> unit "" init "ones"
func.func @forward(%t: tensor<8x2xi32> {dist.input = "tokens"}) -> tensor<f32> {
  %e = dist.unshard @embed computed <[["tp"] : 16, []]> cause "embed" : tensor<16x8xf32>
  %0 = nn.embedding %t, %e : (tensor<8x2xi32>, tensor<16x8xf32>) -> tensor<8x2x8xf32>
  %1 = dist.reshard %0 to replicated over ["tp"] cause "embed: rowwise" : tensor<8x2x8xf32>
  %n = dist.unshard @norm computed <[[]]> cause "norm" : tensor<8xf32>
  %2 = nn.rms_norm %1, %n epsilon = 1.0e-5 size = 8 : (tensor<8x2x8xf32>, tensor<8xf32>) -> tensor<8x2x8xf32>
  %3 = nn.sum %2 : (tensor<8x2x8xf32>) -> tensor<f32>
  return %3 : tensor<f32>
}

// CHECK-LABEL: func.func @micro(
// CHECK-NEXT: exec.phase forward
// CHECK-NEXT: %[[V0:.*]] = dist.read @tokens : tensor<8x2xi32>
// CHECK-NEXT: %[[V1:.*]] = dist.unshard @embed cause "embed" : tensor<8x8xf32, #dist.sharding<{{\[}}["tp"] : 16, []]>>
// CHECK-NEXT: %[[V2:.*]] = dist.local_index %[[V0]] over ["tp"] size = 16 : tensor<8x2xi32>
// CHECK-NEXT: %[[V3:.*]] = nn.embedding %[[V2]], %[[V1]] : {{.*}} -> tensor<8x2x8xf32, #dist.sharding<{{\[}}[], [], []], partial = ["tp"]>>
// CHECK-NEXT: %[[V4:.*]] = dist.all_reduce %[[V3]] over ["tp"] cause "embed: rowwise" : {{.*}} -> tensor<8x2x8xf32>
// CHECK-NEXT: %[[V5:.*]] = dist.unshard @norm cause "norm" : tensor<8xf32>
// CHECK-NEXT: %[[V6:.*]] = nn.rms_norm %[[V4]], %[[V5]] epsilon = 1.000000e-05 size = 8 : {{.*}} -> tensor<8x2x8xf32>
// CHECK-NEXT: %[[V7:.*]] = nn.sum %[[V6]] : {{.*}} -> tensor<f32>
// CHECK-NEXT: %[[V8:.*]] = dist.read @loss_sum : tensor<f32>
// CHECK-NEXT: %[[V9:.*]] = nn.add %[[V8]], %[[V7]] : {{.*}} -> tensor<f32>
// CHECK-NEXT: dist.write %[[V9]], @loss_sum : tensor<f32>
// CHECK-NEXT: exec.phase backward
// CHECK-NEXT: %[[V10:.*]] = dist.read @inverse_label_count : tensor<f32>
// CHECK-NEXT: %[[V11:.*]] = nn.broadcast %[[V10]] : {{.*}} -> tensor<8x2x8xf32>
// CHECK-NEXT: %[[V12:.*]] = nn.rms_norm_grad %[[V11]], %[[V4]], %[[V5]] {epsilon = 1.000000e-05 : f64, size = 8 : i64} : {{.*}} -> tensor<8x2x8xf32>
// CHECK-NEXT: %[[V13:.*]] = nn.rms_norm_weight_grad %[[V11]], %[[V4]] {epsilon = 1.000000e-05 : f64, size = 8 : i64} : {{.*}} -> tensor<8xf32>
// CHECK-NEXT: dist.accumulate %[[V13]], @norm cause "norm" : tensor<8xf32>
// CHECK-NEXT: %[[V14:.*]] = dist.vary %[[V12]] over ["tp"] cause "embed: rowwise (backward)" : {{.*}} -> tensor<8x2x8xf32, #dist.sharding<{{\[}}[], [], []], copied = ["tp"]>>
// CHECK-NEXT: %[[V15:.*]] = nn.embedding_grad %[[V14]], %[[V2]] : {{.*}} -> tensor<8x8xf32, #dist.sharding<{{\[}}["tp"] : 16, []]>>
// CHECK-NEXT: dist.accumulate %[[V15]], @embed cause "embed" : tensor<8x8xf32, #dist.sharding<{{\[}}["tp"] : 16, []]>>
// CHECK-NEXT: return

// -----

// FSDP after TP on one dimension.
dist.mesh ["dp_shard" = 2, "tp" = 2]
dist.parameter @embed : tensor<16x8xf32> stored <[["tp", "dp_shard"] : 16, []]> unit "" init "normal"
dist.parameter @norm : tensor<8xf32> stored <[["dp_shard"] : 8]> unit "" init "ones"
func.func @forward(%t: tensor<8x2xi32> {dist.input = "tokens", dist.placement = #dist.sharding<[["dp_shard"] : 8, []]>}) -> tensor<f32> {
  %e = dist.unshard @embed computed <[["tp"] : 16, []], copied = ["dp_shard"]> cause "embed" : tensor<16x8xf32>
  %0 = nn.embedding %t, %e : (tensor<8x2xi32>, tensor<16x8xf32>) -> tensor<8x2x8xf32>
  %1 = dist.reshard %0 to replicated over ["tp"] cause "embed: rowwise" : tensor<8x2x8xf32>
  %n = dist.unshard @norm computed <[[]], copied = ["dp_shard"]> cause "norm" : tensor<8xf32>
  %2 = nn.rms_norm %1, %n epsilon = 1.0e-5 size = 8 : (tensor<8x2x8xf32>, tensor<8xf32>) -> tensor<8x2x8xf32>
  %3 = nn.sum %2 : (tensor<8x2x8xf32>) -> tensor<f32>
  return %3 : tensor<f32>
}

// CHECK-LABEL: func.func @micro(
// CHECK-NEXT: exec.phase forward
// CHECK-NEXT: %[[V0:.*]] = dist.read @tokens : tensor<4x2xi32, #dist.sharding<{{\[}}["dp_shard"] : 8, []]>>
// CHECK-NEXT: %[[V1:.*]] = dist.unshard @embed cause "embed" : tensor<8x8xf32, #dist.sharding<{{\[}}["tp"] : 16, []], copied = ["dp_shard"]>>
// CHECK-NEXT: %[[V2:.*]] = dist.local_index %[[V0]] over ["tp"] size = 16 : tensor<4x2xi32, #dist.sharding<{{\[}}["dp_shard"] : 8, []]>>
// CHECK-NEXT: %[[V3:.*]] = nn.embedding %[[V2]], %[[V1]] : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 8, [], []], partial = ["tp"]>>
// CHECK-NEXT: %[[V4:.*]] = dist.all_reduce %[[V3]] over ["tp"] cause "embed: rowwise" : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 8, [], []]>>
// CHECK-NEXT: %[[V5:.*]] = dist.unshard @norm cause "norm" : tensor<8xf32, #dist.sharding<{{\[}}[]], copied = ["dp_shard"]>>
// CHECK-NEXT: %[[V6:.*]] = nn.rms_norm %[[V4]], %[[V5]] epsilon = 1.000000e-05 size = 8 : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 8, [], []]>>
// CHECK-NEXT: %[[V7:.*]] = nn.sum %[[V6]] : {{.*}} -> tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>
// CHECK-NEXT: %[[V8:.*]] = dist.read @loss_sum : tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>
// CHECK-NEXT: %[[V9:.*]] = nn.add %[[V8]], %[[V7]] : {{.*}} -> tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>
// CHECK-NEXT: dist.write %[[V9]], @loss_sum : tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>
// CHECK-NEXT: exec.phase backward
// CHECK-NEXT: %[[V10:.*]] = dist.read @inverse_label_count : tensor<f32>
// CHECK-NEXT: %[[V11:.*]] = dist.vary %[[V10]] over ["dp_shard"] cause "loss" : {{.*}} -> tensor<f32, #dist.sharding<[], copied = ["dp_shard"]>>
// CHECK-NEXT: %[[V12:.*]] = nn.broadcast %[[V11]] : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 8, [], []]>>
// CHECK-NEXT: %[[V13:.*]] = nn.rms_norm_grad %[[V12]], %[[V4]], %[[V5]] {epsilon = 1.000000e-05 : f64, size = 8 : i64} : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 8, [], []]>>
// CHECK-NEXT: %[[V14:.*]] = nn.rms_norm_weight_grad %[[V12]], %[[V4]] {epsilon = 1.000000e-05 : f64, size = 8 : i64} : {{.*}} -> tensor<8xf32, #dist.sharding<{{\[}}[]], partial = ["dp_shard"]>>
// CHECK-NEXT: dist.accumulate %[[V14]], @norm cause "norm" : tensor<8xf32, #dist.sharding<{{\[}}[]], partial = ["dp_shard"]>>
// CHECK-NEXT: %[[V15:.*]] = dist.vary %[[V13]] over ["tp"] cause "embed: rowwise (backward)" : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 8, [], []], copied = ["tp"]>>
// CHECK-NEXT: %[[V16:.*]] = nn.embedding_grad %[[V15]], %[[V2]] : {{.*}} -> tensor<8x8xf32, #dist.sharding<{{\[}}["tp"] : 16, []], partial = ["dp_shard"]>>
// CHECK-NEXT: dist.accumulate %[[V16]], @embed cause "embed" : tensor<8x8xf32, #dist.sharding<{{\[}}["tp"] : 16, []], partial = ["dp_shard"]>>
// CHECK-NEXT: return
