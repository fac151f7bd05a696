// RUN: shard-opt %s --shardc-set-target --shardc-group-tasks | FileCheck %s
// RUN: shard-opt %s --shardc-set-target --shardc-group-tasks | FileCheck %s --check-prefix=KERNEL

dist.mesh ["dp" = 2]
dist.parameter @w : tensor<8xf32> stored <[["dp"] : 8]> unit "" init "ones"
dist.state @sum : tensor<f32> kind scalar

// Operations that share values and rows are one kernel; what is used inside only is no result. Equal groups launch one kernel.
// KERNEL: exec.kernel @add_rms_norm_0({{.*}}) -> (tensor<2x4x8xf32>, tensor<2x4x8xf32>) rows = [2, 4] in_place = [0, 0, 0, 1]
// CHECK-LABEL: func @fused
func.func @fused(%x: tensor<2x4x8xf32>, %y: tensor<2x4x8xf32>, %w: tensor<8xf32>, %m: tensor<8x8xf32>) -> tensor<2x4x8xf32> {
  // CHECK-NEXT: %[[A:.*]]:2 = exec.launch @add_rms_norm_0(%{{.*}}, %{{.*}}, %{{.*}})
  %0 = nn.add %x, %y : (tensor<2x4x8xf32>, tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %1 = nn.rms_norm %0, %w epsilon = 1.0e-5 size = 8 : (tensor<2x4x8xf32>, tensor<8xf32>) -> tensor<2x4x8xf32>
  // CHECK-NEXT: %[[G:.*]] = exec.call "shardrt_gemm"(%[[A]]#1
  %2 = nn.linear %1, %m : (tensor<2x4x8xf32>, tensor<8x8xf32>) -> tensor<2x4x8xf32>
  // CHECK-NEXT: exec.launch @add_rms_norm_0(%[[A]]#0, %[[G]], %{{.*}})
  %3 = nn.add %0, %2 : (tensor<2x4x8xf32>, tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %4 = nn.rms_norm %3, %w epsilon = 1.0e-5 size = 8 : (tensor<2x4x8xf32>, tensor<8xf32>) -> tensor<2x4x8xf32>
  // CHECK-NEXT: exec.call "shardrt_gemm"
  %5 = nn.linear %4, %m : (tensor<2x4x8xf32>, tensor<8x8xf32>) -> tensor<2x4x8xf32>
  // CHECK-NEXT: exec.launch @sub_0
  %6 = nn.sub %5, %3 : (tensor<2x4x8xf32>, tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  return %6 : tensor<2x4x8xf32>
}

// A value that is a sum over the rows is complete only after the last of them.
// KERNEL: exec.kernel @rms_norm_weight_grad_rms_norm_grad_0({{.*}}) -> (tensor<8xf32>, tensor<2x4x8xf32>) rows = [2, 4]
// CHECK-LABEL: func @row_sums
func.func @row_sums(%dout: tensor<2x4x8xf32>, %x: tensor<2x4x8xf32>, %w: tensor<8xf32>) -> (tensor<8xf32>, tensor<2x4x8xf32>) {
  // CHECK-NEXT: %[[G:.*]]:2 = exec.launch @rms_norm_weight_grad_rms_norm_grad_0
  %0 = nn.rms_norm_weight_grad %dout, %x {epsilon = 1.0e-5, size = 8 : i64} : (tensor<2x4x8xf32>, tensor<2x4x8xf32>) -> tensor<8xf32>
  %1 = nn.rms_norm_grad %dout, %x, %w {epsilon = 1.0e-5, size = 8 : i64} : (tensor<2x4x8xf32>, tensor<2x4x8xf32>, tensor<8xf32>) -> tensor<2x4x8xf32>
  // CHECK-NEXT: exec.launch @rms_norm_0(%[[G]]#1, %[[G]]#0)
  %2 = nn.rms_norm %1, %0 epsilon = 1.0e-5 size = 8 : (tensor<2x4x8xf32>, tensor<8xf32>) -> tensor<2x4x8xf32>
  return %0, %2 : tensor<8xf32>, tensor<2x4x8xf32>
}

// A task that needs nothing of the open group goes ahead of it, so that the group is not cut.
// CHECK-LABEL: func @ahead
func.func @ahead(%gate: tensor<2x4x8xf32>, %x: tensor<2x4x8xf32>, %m: tensor<8x8xf32>) -> tensor<2x4x8xf32> {
  // CHECK-NEXT: %[[UP:.*]] = exec.call "shardrt_gemm"
  // CHECK-NEXT: exec.launch @silu_mul_0(%{{.*}}, %[[UP]])
  %0 = nn.silu %gate : tensor<2x4x8xf32>
  %1 = nn.linear %x, %m : (tensor<2x4x8xf32>, tensor<8x8xf32>) -> tensor<2x4x8xf32>
  %2 = nn.mul %0, %1 : (tensor<2x4x8xf32>, tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  return %2 : tensor<2x4x8xf32>
}

// Operations that share nothing, or whose rows differ, are apart.
// CHECK-LABEL: func @apart
func.func @apart(%x: tensor<2x4x8xf32>, %y: tensor<2x4x8xf32>, %z: tensor<4x2x8xf32>) -> (tensor<2x4x8xf32>, tensor<2x4x8xf32>, tensor<4x2x8xf32>) {
  // CHECK-COUNT-3: exec.launch @silu
  %0 = nn.silu %x : tensor<2x4x8xf32>
  %1 = nn.silu %y : tensor<2x4x8xf32>
  %2 = nn.silu %z : tensor<4x2x8xf32>
  return %0, %1, %2 : tensor<2x4x8xf32>, tensor<2x4x8xf32>, tensor<4x2x8xf32>
}

// Each result of the optimizer may lie where one of its operands does.
// KERNEL: exec.kernel @adamw_0({{.*}}) -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) rows = [] in_place = [0, 0, 0, 1, 0, 2, 0, 3, 1, 0, 1, 1, 1, 2, 1, 3, 2, 0, 2, 1, 2, 2, 2, 3]
// CHECK-LABEL: func @optimizer
func.func @optimizer(%p: tensor<8xf32>, %g: tensor<8xf32>, %m: tensor<8xf32>, %v: tensor<8xf32>, %s: tensor<f32>)
    -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) {
  // CHECK: exec.launch @adamw_0
  %0:3 = nn.adamw %p, %g, %m, %v, %s, %s, %s, %s {beta1 = 0.9, beta2 = 0.95, epsilon = 1.0e-8, weight_decay = 0.1}
      : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>)
  return %0#0, %0#1, %0#2 : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
}

// Changes of placement without a move vanish; reshapes are views; collectives are tasks; state stays for schedule, its encodings are kept there.
// CHECK-LABEL: func @moves
func.func @moves() {
  // CHECK-NEXT: %[[U:.*]] = dist.unshard @w
  // CHECK-NEXT: %[[W:.*]] = exec.view %[[U]] : (tensor<8xf32, {{.*}}>) -> tensor<8xf32>
  %w = dist.unshard @w cause "norm" : tensor<8xf32, #dist.sharding<[[]], copied = ["dp"]>>
  // CHECK-NEXT: %[[V:.*]] = exec.view %[[W]] : (tensor<8xf32>) -> tensor<2x4xf32>
  %0 = nn.reshape %w "(a b) -> a b" : (tensor<8xf32, #dist.sharding<[[]], copied = ["dp"]>>) -> tensor<2x4xf32, #dist.sharding<[[], []], copied = ["dp"]>>
  // CHECK-NEXT: %[[S:.*]] = exec.launch @sum_0(%[[V]]) : (tensor<2x4xf32>) -> tensor<f32>
  %1 = nn.sum %0 : (tensor<2x4xf32, #dist.sharding<[[], []], copied = ["dp"]>>) -> tensor<f32, #dist.sharding<[], copied = ["dp"]>>
  %2 = dist.unify %1 over ["dp"] cause "loss" : (tensor<f32, #dist.sharding<[], copied = ["dp"]>>) -> tensor<f32>
  %3 = dist.vary %2 over ["dp"] cause "loss" : (tensor<f32>) -> tensor<f32, #dist.sharding<[], copied = ["dp"]>>
  %4 = dist.keep_first %3 over ["dp"] cause "loss" : (tensor<f32, #dist.sharding<[], copied = ["dp"]>>) -> tensor<f32, #dist.sharding<[], partial = ["dp"]>>
  // CHECK-NEXT: %[[K:.*]] = exec.launch @keep_first_0(%[[S]])
  // CHECK-NEXT: %[[R:.*]] = exec.collective all_reduce(%[[K]]) by sum over ["dp"] cause "loss" placed (tensor<f32, #dist.sharding<[], partial = ["dp"]>>) -> tensor<f32> {dims = array<i64: -1>, group_size = 2 : i64} : (tensor<f32>) -> tensor<f32>
  %5 = dist.all_reduce %4 over ["dp"] cause "loss" : (tensor<f32, #dist.sharding<[], partial = ["dp"]>>) -> tensor<f32>
  // CHECK-NEXT: dist.write %[[R]], @sum
  dist.write %5, @sum : tensor<f32>
  // CHECK-NEXT: %[[B:.*]] = exec.launch @broadcast_0(%[[S]])
  %6 = nn.broadcast %3 : (tensor<f32, #dist.sharding<[], copied = ["dp"]>>) -> tensor<8xf32, #dist.sharding<[[]], partial = ["dp"]>>
  dist.accumulate %6, @w cause "norm" : tensor<8xf32, #dist.sharding<[[]], partial = ["dp"]>>
  return
}

// What was read of a state is taken before the state is written.
// CHECK-LABEL: func @state
func.func @state(%x: tensor<f32>) -> tensor<f32> {
  // CHECK-NEXT: %[[OLD:.*]] = dist.read @sum
  // CHECK-NEXT: %[[NEW:.*]] = exec.launch @add_0(%[[OLD]], %{{.*}})
  // CHECK-NEXT: exec.launch @sqrt_0(%[[OLD]])
  // CHECK-NEXT: dist.write %[[NEW]], @sum
  %0 = dist.read @sum : tensor<f32>
  %1 = nn.add %0, %x : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = nn.sqrt %0 : (tensor<f32>) -> tensor<f32>
  dist.write %1, @sum : tensor<f32>
  return %2 : tensor<f32>
}
