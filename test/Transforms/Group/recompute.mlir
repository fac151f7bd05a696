// RUN: shard-opt %s --shardc-recompute | FileCheck %s
// RUN: shard-opt %s --shardc-recompute --shardc-inline-calls > %t.plain.mlir
// RUN: shard-opt %s --cse --canonicalize --shardc-recompute --cse --canonicalize --shardc-inline-calls --cse --canonicalize > %t.folded.mlir
// RUN: FileCheck %s --check-prefix=FLAT < %t.plain.mlir
// RUN: FileCheck %s --check-prefix=FLAT < %t.folded.mlir

// The forward function returns what is kept. The backward one computes the others where it needs them: the second product, from the kept value, at its
// start, the first one, from the operand, behind what does not need it. The last silu leads to no residual: it is not computed again.
dist.mesh ["tp" = 2]
func.func @micro(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>, %v: tensor<8x8xf32>, %dout: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %0:4 = call @forward.Layer(%x, %w, %v) : (tensor<4x8xf32>, tensor<8x8xf32>, tensor<8x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>)
  %1 = call @backward.Layer(%0#1, %0#2, %v, %0#3, %dout) : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<8x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0#0, %1 : tensor<4x8xf32>, tensor<4x8xf32>
}
func.func private @forward.Layer(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>, %v: tensor<8x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32> {dist.residual = #dist.residual<recompute>}, tensor<4x8xf32> {dist.residual = #dist.residual<keep>}, tensor<4x8xf32> {dist.residual = #dist.residual<recompute>}) {
  %0 = nn.linear %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %1 = nn.silu %0 : tensor<4x8xf32>
  %2 = dist.keep %1 : tensor<4x8xf32>
  %3 = nn.linear %2, %v : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %4 = nn.silu %3 : tensor<4x8xf32>
  return %4, %3, %2, %0 : tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>
}
func.func private @backward.Layer(%outer: tensor<4x8xf32>, %kept: tensor<4x8xf32>, %v: tensor<8x8xf32>, %inner: tensor<4x8xf32>, %dout: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = nn.silu_grad %dout, %outer : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = nn.linear %0, %v transposed : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %2 = nn.mul %1, %kept : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %3 = nn.silu_grad %2, %inner : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %3 : tensor<4x8xf32>
}

// CHECK-LABEL: func.func @micro(
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>, %[[W:.*]]: tensor<8x8xf32>, %[[V:.*]]: tensor<8x8xf32>, %[[DOUT:.*]]: tensor<4x8xf32>)
// CHECK: %[[F:.*]]:2 = call @forward.Layer(%[[X]], %[[W]], %[[V]])
// CHECK: call @backward.Layer(%[[F]]#1, %[[V]], %[[DOUT]], %[[V]], %[[F]]#1, %[[W]], %[[X]])
// CHECK-LABEL: func.func private @forward.Layer(
// CHECK-SAME: -> (tensor<4x8xf32>, tensor<4x8xf32> {dist.residual = #dist.residual<keep>}) {
// CHECK: %[[KEPT:.*]] = dist.keep
// CHECK: %[[OUT:.*]] = nn.silu
// CHECK: return %[[OUT]], %[[KEPT]]
// CHECK-LABEL: func.func private @backward.Layer(
// CHECK-SAME: %[[KEPT:[^:]*]]: tensor<4x8xf32>, %[[V:[^:]*]]: tensor<8x8xf32>, %[[DOUT:[^:]*]]: tensor<4x8xf32>, %[[V1:[^:]*]]: tensor<8x8xf32>, %[[KEPT1:[^:]*]]: tensor<4x8xf32>, %[[W:[^:]*]]: tensor<8x8xf32>, %[[X:[^:]*]]: tensor<4x8xf32>)
// CHECK-DAG: %[[LATEX:.*]] = dist.after %[[X]], %[[DOUT]]
// CHECK-DAG: %[[LATEW:.*]] = dist.after %[[W]], %[[DOUT]]
// CHECK-DAG: %[[LATEKEPT:.*]] = dist.after %[[KEPT1]], %[[DOUT]]
// CHECK-DAG: %[[LATEV:.*]] = dist.after %[[V1]], %[[DOUT]]
// CHECK-NOT: nn.silu{{ }}
// CHECK: %[[OUTER:.*]] = nn.linear %[[LATEKEPT]], %[[LATEV]]
// CHECK-NEXT: %[[A:.*]] = nn.silu_grad %[[DOUT]], %[[OUTER]]
// CHECK-NEXT: %[[B:.*]] = nn.linear %[[A]], %[[V]] transposed
// CHECK-NEXT: %[[C:.*]] = nn.mul %[[B]], %[[KEPT]]
// CHECK-NEXT: %[[INNER:.*]] = nn.linear %[[LATEX]], %[[LATEW]]
// CHECK-NEXT: %[[D:.*]] = nn.silu_grad %[[C]], %[[INNER]]
// CHECK-NEXT: return %[[D]]

// Laid out flat each product is there twice, and no folding between the passes makes it once, nor moves it.
// FLAT-LABEL: func.func @micro(
// FLAT: nn.linear
// FLAT-NEXT: nn.silu
// FLAT-NEXT: dist.keep
// FLAT-NEXT: nn.linear
// FLAT-NEXT: nn.silu
// FLAT-COUNT-4: dist.after
// FLAT-NEXT: nn.linear
// FLAT-NEXT: nn.silu_grad
// FLAT-NEXT: nn.linear {{.*}} transposed
// FLAT-NEXT: nn.mul
// FLAT-NEXT: nn.linear
// FLAT-NEXT: nn.silu_grad
// FLAT-NEXT: return
