// RUN: shard-opt %s --shardc-partition-model --shardc-set-settings="set=train.clip_norm=null" --shardc-differentiate-model --shardc-verify-placements --split-input-file | FileCheck %s

// Residuals: operands are passed to the backward function again, other values are returned and marked. The weight's gradient comes
// back; nothing flows back into positions.
dist.mesh ["tp" = 1]
dist.parameter @layers.0.w : tensor<8x8xf32> stored <[[], []]> unit "layers.0" init "normal"
dist.parameter @layers.1.w : tensor<8x8xf32> stored <[[], []]> unit "layers.1" init "normal"
func.func @forward(%x: tensor<4x8xf32> {dist.input = "tokens"}, %p: tensor<4xi32> {dist.input = "positions"}) -> tensor<f32> {
  %w0 = dist.unshard @layers.0.w computed <[[], []]> cause "layers.0.w" : tensor<8x8xf32>
  %0 = call @forward.Layer(%x, %p, %w0) : (tensor<4x8xf32>, tensor<4xi32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %w1 = dist.unshard @layers.1.w computed <[[], []]> cause "layers.1.w" : tensor<8x8xf32>
  %1 = call @forward.Layer(%0, %p, %w1) : (tensor<4x8xf32>, tensor<4xi32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %2 = nn.sum %1 : (tensor<4x8xf32>) -> tensor<f32>
  return %2 : tensor<f32>
}
func.func private @forward.Layer(%x: tensor<4x8xf32>, %p: tensor<4xi32>, %w: tensor<8x8xf32> {dist.parameter}) -> tensor<4x8xf32> {
  %0 = nn.linear %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %1 = nn.silu %0 : tensor<4x8xf32>
  %2 = nn.add %1, %x : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %2 : tensor<4x8xf32>
}

// CHECK-LABEL: func.func @micro(
// CHECK-NEXT: exec.phase forward
// CHECK-NEXT: %[[V0:.*]] = dist.read @tokens : tensor<4x8xf32>
// CHECK-NEXT: %[[V1:.*]] = dist.read @positions : tensor<4xi32>
// CHECK-NEXT: %[[V2:.*]] = dist.unshard @layers.0.w cause "layers.0.w" : tensor<8x8xf32>
// CHECK-NEXT: %[[V3:.*]]:2 = call @forward.Layer_1(%[[V0]], %[[V1]], %[[V2]]) : {{.*}} -> (tensor<4x8xf32>, tensor<4x8xf32>)
// CHECK-NEXT: %[[V4:.*]] = dist.unshard @layers.1.w cause "layers.1.w" : tensor<8x8xf32>
// CHECK-NEXT: %[[V5:.*]]:2 = call @forward.Layer(%[[V3]]#0, %[[V1]], %[[V4]]) : {{.*}} -> (tensor<4x8xf32>, tensor<4x8xf32>)
// CHECK-NEXT: %[[V6:.*]] = nn.sum %[[V5]]#0 : {{.*}} -> tensor<f32>
// CHECK-NEXT: %[[V7:.*]] = dist.read @loss_sum : tensor<f32>
// CHECK-NEXT: %[[V8:.*]] = nn.add %[[V7]], %[[V6]] : {{.*}} -> tensor<f32>
// CHECK-NEXT: dist.write %[[V8]], @loss_sum : tensor<f32>
// CHECK-NEXT: exec.phase backward
// CHECK-NEXT: %[[V9:.*]] = dist.read @inverse_label_count : tensor<f32>
// CHECK-NEXT: %[[V10:.*]] = nn.broadcast %[[V9]] : {{.*}} -> tensor<4x8xf32>
// CHECK-NEXT: %[[V11:.*]]:2 = call @backward.Layer(%[[V5]]#1, %[[V4]], %[[V3]]#0, %[[V10]]) : {{.*}} -> (tensor<4x8xf32>, tensor<8x8xf32>)
// CHECK-NEXT: dist.accumulate %[[V11]]#1, @layers.1.w cause "layers.1.w" : tensor<8x8xf32>
// CHECK-NEXT: %[[V12:.*]] = call @backward.Layer_1(%[[V3]]#1, %[[V0]], %[[V11]]#0) : {{.*}} -> tensor<8x8xf32>
// CHECK-NEXT: dist.accumulate %[[V12]], @layers.0.w cause "layers.0.w" : tensor<8x8xf32>
// CHECK-NEXT: return
// CHECK-LABEL: func.func private @forward.Layer(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x8xf32>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<4xi32>
// CHECK-SAME: %[[A2:[^ ]*]]: tensor<8x8xf32>
// CHECK-SAME: -> (tensor<4x8xf32>, tensor<4x8xf32> {dist.residual = #dist.residual<keep>})
// CHECK-NEXT: %[[V0:.*]] = nn.linear %[[A0]], %[[A2]] : {{.*}} -> tensor<4x8xf32>
// CHECK-NEXT: %[[V1:.*]] = nn.silu %[[V0]] : tensor<4x8xf32>
// CHECK-NEXT: %[[V2:.*]] = nn.add %[[V1]], %[[A0]] : {{.*}} -> tensor<4x8xf32>
// CHECK-NEXT: return %[[V2]], %[[V0]]
// CHECK-LABEL: func.func private @backward.Layer(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x8xf32>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<8x8xf32>
// CHECK-SAME: %[[A2:[^ ]*]]: tensor<4x8xf32>
// CHECK-SAME: %[[A3:[^ ]*]]: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<8x8xf32>
// CHECK-NEXT: %[[V0:.*]] = nn.silu_grad %[[A3]], %[[A0]] : {{.*}} -> tensor<4x8xf32>
// CHECK-NEXT: %[[V1:.*]] = nn.linear %[[V0]], %[[A1]] transposed : {{.*}} -> tensor<4x8xf32>
// CHECK-NEXT: %[[V2:.*]] = nn.linear_weight_grad %[[V0]], %[[A2]] : {{.*}} -> tensor<8x8xf32>
// CHECK-NEXT: %[[V3:.*]] = nn.add %[[A3]], %[[V1]] : {{.*}} -> tensor<4x8xf32>
// CHECK-NEXT: return %[[V3]], %[[V2]]
// CHECK-LABEL: func.func private @forward.Layer_1(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x8xf32>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<4xi32>
// CHECK-SAME: %[[A2:[^ ]*]]: tensor<8x8xf32>
// CHECK-NEXT: %[[V0:.*]] = nn.linear %[[A0]], %[[A2]] : {{.*}} -> tensor<4x8xf32>
// CHECK-NEXT: %[[V1:.*]] = nn.silu %[[V0]] : tensor<4x8xf32>
// CHECK-NEXT: %[[V2:.*]] = nn.add %[[V1]], %[[A0]] : {{.*}} -> tensor<4x8xf32>
// CHECK-NEXT: return %[[V2]], %[[V0]]
// CHECK-LABEL: func.func private @backward.Layer_1(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x8xf32>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<4x8xf32>
// CHECK-SAME: %[[A2:[^ ]*]]: tensor<4x8xf32>
// CHECK-NEXT: %[[V0:.*]] = nn.silu_grad %[[A2]], %[[A0]] : {{.*}} -> tensor<4x8xf32>
// CHECK-NEXT: %[[V1:.*]] = nn.linear_weight_grad %[[V0]], %[[A1]] : {{.*}} -> tensor<8x8xf32>
// CHECK-NEXT: return %[[V1]]

// -----

// A function that calls another, as its last operation, and one that returns its operand: functions are differentiated once, the calls are replaced.
dist.mesh ["tp" = 1]
dist.parameter @w : tensor<8x8xf32> stored <[[], []]> unit "" init "normal"
func.func @forward(%x: tensor<4x8xf32> {dist.input = "tokens"}) -> tensor<f32> {
  %w = dist.unshard @w computed <[[], []]> cause "w" : tensor<8x8xf32>
  %0 = call @forward.Outer(%x, %w) : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %1 = call @forward.Same(%0) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %2 = nn.sum %1 : (tensor<4x8xf32>) -> tensor<f32>
  return %2 : tensor<f32>
}
func.func private @forward.Outer(%x: tensor<4x8xf32>, %w: tensor<8x8xf32> {dist.parameter}) -> tensor<4x8xf32> {
  %0 = nn.silu %x : tensor<4x8xf32>
  %1 = call @forward.Inner(%0, %w) : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}
func.func private @forward.Inner(%x: tensor<4x8xf32>, %w: tensor<8x8xf32> {dist.parameter}) -> tensor<4x8xf32> {
  %0 = nn.linear %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %1 = nn.silu %0 : tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}
func.func private @forward.Same(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  return %x : tensor<4x8xf32>
}

// CHECK-LABEL: func.func @micro(
// CHECK-NEXT: exec.phase forward
// CHECK-NEXT: %[[V0:.*]] = dist.read @tokens : tensor<4x8xf32>
// CHECK-NEXT: %[[V1:.*]] = dist.unshard @w cause "w" : tensor<8x8xf32>
// CHECK-NEXT: %[[V2:.*]]:3 = call @forward.Outer(%[[V0]], %[[V1]]) : {{.*}} -> (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>)
// CHECK-NEXT: %[[V3:.*]] = call @forward.Same(%[[V2]]#0) : {{.*}} -> tensor<4x8xf32>
// CHECK-NEXT: %[[V4:.*]] = nn.sum %[[V3]] : {{.*}} -> tensor<f32>
// CHECK-NEXT: %[[V5:.*]] = dist.read @loss_sum : tensor<f32>
// CHECK-NEXT: %[[V6:.*]] = nn.add %[[V5]], %[[V4]] : {{.*}} -> tensor<f32>
// CHECK-NEXT: dist.write %[[V6]], @loss_sum : tensor<f32>
// CHECK-NEXT: exec.phase backward
// CHECK-NEXT: %[[V7:.*]] = dist.read @inverse_label_count : tensor<f32>
// CHECK-NEXT: %[[V8:.*]] = nn.broadcast %[[V7]] : {{.*}} -> tensor<4x8xf32>
// CHECK-NEXT: %[[V9:.*]] = call @backward.Same(%[[V8]]) : {{.*}} -> tensor<4x8xf32>
// CHECK-NEXT: %[[V10:.*]] = call @backward.Outer(%[[V2]]#1, %[[V2]]#2, %[[V9]]) : {{.*}} -> tensor<8x8xf32>
// CHECK-NEXT: dist.accumulate %[[V10]], @w cause "w" : tensor<8x8xf32>
// CHECK-NEXT: return
// CHECK-LABEL: func.func private @forward.Same(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x8xf32>
// CHECK-NEXT: return %[[A0]]
// CHECK-LABEL: func.func private @backward.Same(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x8xf32>
// CHECK-NEXT: return %[[A0]]
// CHECK-LABEL: func.func private @forward.Outer(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x8xf32>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<8x8xf32>
// CHECK-NEXT: %[[V0:.*]] = nn.silu %[[A0]] : tensor<4x8xf32>
// CHECK-NEXT: %[[V1:.*]]:2 = call @forward.Inner(%[[V0]], %[[A1]]) : {{.*}} -> (tensor<4x8xf32>, tensor<4x8xf32>)
// CHECK-NEXT: return %[[V1]]#0, %[[V1]]#1, %[[V0]]
// CHECK-LABEL: func.func private @backward.Outer(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x8xf32>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<4x8xf32>
// CHECK-SAME: %[[A2:[^ ]*]]: tensor<4x8xf32>
// CHECK-NEXT: %[[V0:.*]] = call @backward.Inner(%[[A0]], %[[A1]], %[[A2]]) : {{.*}} -> tensor<8x8xf32>
// CHECK-NEXT: return %[[V0]]
// CHECK-LABEL: func.func private @forward.Inner(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x8xf32>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<8x8xf32>
// CHECK-NEXT: %[[V0:.*]] = nn.linear %[[A0]], %[[A1]] : {{.*}} -> tensor<4x8xf32>
// CHECK-NEXT: %[[V1:.*]] = nn.silu %[[V0]] : tensor<4x8xf32>
// CHECK-NEXT: return %[[V1]], %[[V0]]
// CHECK-LABEL: func.func private @backward.Inner(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x8xf32>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<4x8xf32>
// CHECK-SAME: %[[A2:[^ ]*]]: tensor<4x8xf32>
// CHECK-NEXT: %[[V0:.*]] = nn.silu_grad %[[A2]], %[[A0]] : {{.*}} -> tensor<4x8xf32>
// CHECK-NEXT: %[[V1:.*]] = nn.linear_weight_grad %[[V0]], %[[A1]] : {{.*}} -> tensor<8x8xf32>
// CHECK-NEXT: return %[[V1]]

// -----

// Cotangents of q, k and v, partial, are added before the one all-reduce that is the dual of their vary. The rowwise all-reduce is a vary backward.
dist.mesh ["tp" = 2]
dist.parameter @q : tensor<8x8xf32> stored <[["tp"] : 8, []]> unit "" init "normal"
dist.parameter @k : tensor<8x8xf32> stored <[["tp"] : 8, []]> unit "" init "normal"
dist.parameter @v : tensor<8x8xf32> stored <[["tp"] : 8, []]> unit "" init "normal"
dist.parameter @o : tensor<8x8xf32> stored <[[], ["tp"] : 8]> unit "" init "normal"
dist.parameter @n : tensor<8xf32> stored <[[]]> unit "" init "ones"
func.func @forward(%x: tensor<4x2x8xf32> {dist.input = "tokens"}) -> tensor<f32> {
  %n = dist.unshard @n computed <[[]]> cause "n" : tensor<8xf32>
  %q = dist.unshard @q computed <[["tp"] : 8, []]> cause "q" : tensor<8x8xf32>
  %k = dist.unshard @k computed <[["tp"] : 8, []]> cause "k" : tensor<8x8xf32>
  %v = dist.unshard @v computed <[["tp"] : 8, []]> cause "v" : tensor<8x8xf32>
  %o = dist.unshard @o computed <[[], ["tp"] : 8]> cause "o" : tensor<8x8xf32>
  %0 = call @forward.Layer(%x, %n, %q, %k, %v, %o) : (tensor<4x2x8xf32>, tensor<8xf32>, tensor<8x8xf32>, tensor<8x8xf32>, tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
  %1 = nn.sum %0 : (tensor<4x2x8xf32>) -> tensor<f32>
  return %1 : tensor<f32>
}
func.func private @forward.Layer(%x: tensor<4x2x8xf32>, %n: tensor<8xf32> {dist.parameter}, %q: tensor<8x8xf32> {dist.parameter}, %k: tensor<8x8xf32> {dist.parameter}, %v: tensor<8x8xf32> {dist.parameter}, %o: tensor<8x8xf32> {dist.parameter}) -> tensor<4x2x8xf32> {
  %0 = nn.rms_norm %x, %n epsilon = 1.0e-5 size = 8 : (tensor<4x2x8xf32>, tensor<8xf32>) -> tensor<4x2x8xf32>
  %1 = nn.linear %0, %q : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
  %2 = nn.linear %0, %k : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
  %3 = nn.linear %0, %v : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
  %4 = nn.mul %1, %2 : (tensor<4x2x8xf32>, tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
  %5 = nn.mul %4, %3 : (tensor<4x2x8xf32>, tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
  %6 = nn.linear %5, %o : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
  %7 = dist.reshard %6 to replicated over ["tp"] cause "o: rowwise" : tensor<4x2x8xf32>
  return %7 : tensor<4x2x8xf32>
}

// CHECK-LABEL: func.func @micro(
// CHECK-NEXT: exec.phase forward
// CHECK-NEXT: %[[V0:.*]] = dist.read @tokens : tensor<4x2x8xf32>
// CHECK-NEXT: %[[V1:.*]] = dist.unshard @n cause "n" : tensor<8xf32>
// CHECK-NEXT: %[[V2:.*]] = dist.unshard @q cause "q" : tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>
// CHECK-NEXT: %[[V3:.*]] = dist.unshard @k cause "k" : tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>
// CHECK-NEXT: %[[V4:.*]] = dist.unshard @v cause "v" : tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>
// CHECK-NEXT: %[[V5:.*]] = dist.unshard @o cause "o" : tensor<8x4xf32, #dist.sharding<{{\[}}[], ["tp"] : 8]>>
// CHECK-NEXT: %[[V6:.*]]:7 = call @forward.Layer(%[[V0]], %[[V1]], %[[V2]], %[[V3]], %[[V4]], %[[V5]]) : {{.*}} -> (tensor<4x2x8xf32>, tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>, tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>, tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>, tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>, tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>, tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], copied = ["tp"]>>)
// CHECK-NEXT: %[[V7:.*]] = nn.sum %[[V6]]#0 : {{.*}} -> tensor<f32>
// CHECK-NEXT: %[[V8:.*]] = dist.read @loss_sum : tensor<f32>
// CHECK-NEXT: %[[V9:.*]] = nn.add %[[V8]], %[[V7]] : {{.*}} -> tensor<f32>
// CHECK-NEXT: dist.write %[[V9]], @loss_sum : tensor<f32>
// CHECK-NEXT: exec.phase backward
// CHECK-NEXT: %[[V10:.*]] = dist.read @inverse_label_count : tensor<f32>
// CHECK-NEXT: %[[V11:.*]] = nn.broadcast %[[V10]] : {{.*}} -> tensor<4x2x8xf32>
// CHECK-NEXT: %[[V12:.*]]:5 = call @backward.Layer(%[[V5]], %[[V6]]#1, %[[V6]]#2, %[[V6]]#3, %[[V6]]#4, %[[V6]]#5, %[[V4]], %[[V6]]#6, %[[V3]], %[[V2]], %[[V0]], %[[V11]]) : {{.*}} -> (tensor<8xf32>, tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>, tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>, tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>, tensor<8x4xf32, #dist.sharding<{{\[}}[], ["tp"] : 8]>>)
// CHECK-NEXT: dist.accumulate %[[V12]]#4, @o cause "o" : tensor<8x4xf32, #dist.sharding<{{\[}}[], ["tp"] : 8]>>
// CHECK-NEXT: dist.accumulate %[[V12]]#3, @v cause "v" : tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>
// CHECK-NEXT: dist.accumulate %[[V12]]#2, @k cause "k" : tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>
// CHECK-NEXT: dist.accumulate %[[V12]]#1, @q cause "q" : tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>
// CHECK-NEXT: dist.accumulate %[[V12]]#0, @n cause "n" : tensor<8xf32>
// CHECK-NEXT: return
// CHECK-LABEL: func.func private @forward.Layer(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x2x8xf32>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<8xf32>
// CHECK-SAME: %[[A2:[^ ]*]]: tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>
// CHECK-SAME: %[[A3:[^ ]*]]: tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>
// CHECK-SAME: %[[A4:[^ ]*]]: tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>
// CHECK-SAME: %[[A5:[^ ]*]]: tensor<8x4xf32, #dist.sharding<{{\[}}[], ["tp"] : 8]>>
// CHECK-NEXT: %[[V0:.*]] = nn.rms_norm %[[A0]], %[[A1]] epsilon = 1.000000e-05 size = 8 : {{.*}} -> tensor<4x2x8xf32>
// CHECK-NEXT: %[[V1:.*]] = dist.vary %[[V0]] over ["tp"] cause "linear" : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], copied = ["tp"]>>
// CHECK-NEXT: %[[V2:.*]] = nn.linear %[[V1]], %[[A2]] : {{.*}} -> tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>
// CHECK-NEXT: %[[V3:.*]] = nn.linear %[[V1]], %[[A3]] : {{.*}} -> tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>
// CHECK-NEXT: %[[V4:.*]] = nn.linear %[[V1]], %[[A4]] : {{.*}} -> tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>
// CHECK-NEXT: %[[V5:.*]] = nn.mul %[[V2]], %[[V3]] : {{.*}} -> tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>
// CHECK-NEXT: %[[V6:.*]] = nn.mul %[[V5]], %[[V4]] : {{.*}} -> tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>
// CHECK-NEXT: %[[V7:.*]] = nn.linear %[[V6]], %[[A5]] : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], partial = ["tp"]>>
// CHECK-NEXT: %[[V8:.*]] = dist.all_reduce %[[V7]] over ["tp"] cause "o: rowwise" : {{.*}} -> tensor<4x2x8xf32>
// CHECK-NEXT: return %[[V8]], %[[V6]], %[[V4]], %[[V5]], %[[V3]], %[[V2]], %[[V1]]
// CHECK-LABEL: func.func private @backward.Layer(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<8x4xf32, #dist.sharding<{{\[}}[], ["tp"] : 8]>>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>
// CHECK-SAME: %[[A2:[^ ]*]]: tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>
// CHECK-SAME: %[[A3:[^ ]*]]: tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>
// CHECK-SAME: %[[A4:[^ ]*]]: tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>
// CHECK-SAME: %[[A5:[^ ]*]]: tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>
// CHECK-SAME: %[[A6:[^ ]*]]: tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>
// CHECK-SAME: %[[A7:[^ ]*]]: tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], copied = ["tp"]>>
// CHECK-SAME: %[[A8:[^ ]*]]: tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>
// CHECK-SAME: %[[A9:[^ ]*]]: tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>
// CHECK-SAME: %[[A10:[^ ]*]]: tensor<4x2x8xf32>
// CHECK-SAME: %[[A11:[^ ]*]]: tensor<4x2x8xf32>) -> (tensor<8xf32>, tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>, tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>, tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>, tensor<8x4xf32, #dist.sharding<{{\[}}[], ["tp"] : 8]>>
// CHECK-NEXT: %[[V0:.*]] = dist.vary %[[A11]] over ["tp"] cause "o: rowwise (backward)" : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], copied = ["tp"]>>
// CHECK-NEXT: %[[V1:.*]] = nn.linear %[[V0]], %[[A0]] transposed : {{.*}} -> tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>
// CHECK-NEXT: %[[V2:.*]] = nn.linear_weight_grad %[[V0]], %[[A1]] : {{.*}} -> tensor<8x4xf32, #dist.sharding<{{\[}}[], ["tp"] : 8]>>
// CHECK-NEXT: %[[V3:.*]] = nn.mul %[[V1]], %[[A2]] : {{.*}} -> tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>
// CHECK-NEXT: %[[V4:.*]] = nn.mul %[[V1]], %[[A3]] : {{.*}} -> tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>
// CHECK-NEXT: %[[V5:.*]] = nn.mul %[[V3]], %[[A4]] : {{.*}} -> tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>
// CHECK-NEXT: %[[V6:.*]] = nn.mul %[[V3]], %[[A5]] : {{.*}} -> tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>
// CHECK-NEXT: %[[V7:.*]] = nn.linear %[[V4]], %[[A6]] transposed : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], partial = ["tp"]>>
// CHECK-NEXT: %[[V8:.*]] = nn.linear_weight_grad %[[V4]], %[[A7]] : {{.*}} -> tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>
// CHECK-NEXT: %[[V9:.*]] = nn.linear %[[V6]], %[[A8]] transposed : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], partial = ["tp"]>>
// CHECK-NEXT: %[[V10:.*]] = nn.linear_weight_grad %[[V6]], %[[A7]] : {{.*}} -> tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>
// CHECK-NEXT: %[[V11:.*]] = nn.add %[[V7]], %[[V9]] : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], partial = ["tp"]>>
// CHECK-NEXT: %[[V12:.*]] = nn.linear %[[V5]], %[[A9]] transposed : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], partial = ["tp"]>>
// CHECK-NEXT: %[[V13:.*]] = nn.linear_weight_grad %[[V5]], %[[A7]] : {{.*}} -> tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []]>>
// CHECK-NEXT: %[[V14:.*]] = nn.add %[[V11]], %[[V12]] : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], partial = ["tp"]>>
// CHECK-NEXT: %[[V15:.*]] = dist.all_reduce %[[V14]] over ["tp"] cause "linear (backward)" : {{.*}} -> tensor<4x2x8xf32>
// CHECK-NEXT: %[[V16:.*]] = nn.rms_norm_weight_grad %[[V15]], %[[A10]] {epsilon = 1.000000e-05 : f64, size = 8 : i64} : {{.*}} -> tensor<8xf32>
// CHECK-NEXT: return %[[V16]], %[[V13]], %[[V10]], %[[V8]], %[[V2]]
