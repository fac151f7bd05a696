// RUN: shard-opt %s --shardc-partition-model --shardc-set-settings="set=train.clip_norm=null" --shardc-differentiate-model --shardc-verify-placements --split-input-file | FileCheck %s

// A checkpointed function keeps its operands and what is marked; the other residuals are recomputed. What they are recomputed from is returned
// too, though the backward function does not read it: the second mark's value, which leads to the sum. The first mark's value leads to nothing.
dist.mesh ["tp" = 2]
dist.parameter @w : tensor<8xf32> stored <[[]]> unit "" init "normal"
func.func @forward(%x: tensor<8xf32> {dist.input = "tokens"}) -> tensor<f32> {
  %w = dist.unshard @w computed <[[]]> cause "w" : tensor<8xf32>
  %0 = call @forward.Layer(%x, %w) : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %1 = nn.sum %0 : (tensor<8xf32>) -> tensor<f32>
  return %1 : tensor<f32>
}
func.func private @forward.Layer(%x: tensor<8xf32>, %w: tensor<8xf32> {dist.parameter}) -> tensor<8xf32> attributes {dist.checkpoint} {
  %0 = nn.add %x, %w : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %1 = dist.keep %0 : tensor<8xf32>
  %2 = nn.add %1, %x : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %3 = dist.keep %2 : tensor<8xf32>
  %4 = nn.add %3, %x : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %5 = nn.silu %4 : tensor<8xf32>
  return %5 : tensor<8xf32>
}

// CHECK-LABEL: func.func @micro(
// CHECK: %[[F:.*]]:3 = call @forward.Layer(
// CHECK: call @backward.Layer(%[[F]]#1, %{{.*}})
// CHECK-LABEL: func.func private @forward.Layer(
// CHECK-SAME: -> (tensor<8xf32>, tensor<8xf32> {dist.residual = #dist.residual<recompute>}, tensor<8xf32> {dist.residual = #dist.residual<keep>}) {
// CHECK: %[[KEPT:.*]] = dist.keep %{{.*}}
// CHECK-NEXT: nn.add
// CHECK-NEXT: %[[KEPT:.*]] = dist.keep %{{.*}}
// CHECK-NEXT: %[[IN:.*]] = nn.add
// CHECK-NEXT: %[[OUT:.*]] = nn.silu
// CHECK-NEXT: return %[[OUT]], %[[IN]], %[[KEPT]]
// CHECK-LABEL: func.func private @backward.Layer(
// CHECK-SAME: %[[R:[^:]*]]: tensor<8xf32>, %[[DOUT:[^:]*]]: tensor<8xf32>)
// CHECK-NEXT: nn.silu_grad %[[DOUT]], %[[R]]

// -----

// What is seen of a kept value through a vary is recomputed by a vary, which is nothing at run time. Partition treats a marked value as it would without
// the mark.
dist.mesh ["tp" = 2]
dist.parameter @o : tensor<8x8xf32> stored <[[], ["tp"] : 8]> unit "" init "normal"
dist.parameter @u : tensor<8x8xf32> stored <[["tp"] : 8, []]> unit "" init "normal"
func.func @forward(%x: tensor<4x8xf32> {dist.input = "tokens"}) -> tensor<f32> {
  %o = dist.unshard @o computed <[[], ["tp"] : 8]> cause "o" : tensor<8x8xf32>
  %u = dist.unshard @u computed <[["tp"] : 8, []]> cause "u" : tensor<8x8xf32>
  %0 = call @forward.Layer(%x, %o, %u) : (tensor<4x8xf32>, tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %1 = nn.sum %0 : (tensor<4x8xf32>) -> tensor<f32>
  return %1 : tensor<f32>
}
func.func private @forward.Layer(%x: tensor<4x8xf32>, %o: tensor<8x8xf32> {dist.parameter}, %u: tensor<8x8xf32> {dist.parameter}) -> tensor<4x8xf32> attributes {dist.checkpoint} {
  %0 = nn.linear %x, %o : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %1 = dist.reshard %0 to replicated over ["tp"] cause "o: rowwise" : tensor<4x8xf32>
  %2 = dist.keep %1 : tensor<4x8xf32>
  %3 = nn.linear %2, %u : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  return %3 : tensor<4x8xf32>
}

// CHECK-LABEL: func.func private @forward.Layer(
// CHECK-SAME: tensor<4x8xf32, {{.*}}> {dist.residual = #dist.residual<recompute>}, tensor<4x8xf32> {dist.residual = #dist.residual<keep>}) {
// CHECK: nn.linear
// CHECK-NEXT: %[[SUM:.*]] = dist.all_reduce
// CHECK-NEXT: %[[KEPT:.*]] = dist.keep %[[SUM]] : tensor<4x8xf32>
// CHECK-NEXT: %[[VARIED:.*]] = dist.vary %[[KEPT]]
// CHECK: return %{{.*}}, %[[VARIED]], %{{.*}}, %[[KEPT]] :
