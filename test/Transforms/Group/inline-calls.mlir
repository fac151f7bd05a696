// RUN: shard-opt %s --shardc-inline-calls | FileCheck %s

// Calls are replaced by the callee's operations, calls in callees too; what has no use goes, and so do private functions.
// CHECK-LABEL: func @micro
// CHECK-SAME:    %[[X:.*]]: tensor<4xf32>
func.func @micro(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-NEXT: %[[A:.*]] = nn.silu %[[X]]
  // CHECK-NEXT: %[[B:.*]] = nn.add %[[A]], %[[X]]
  // CHECK-NEXT: %[[C:.*]] = nn.silu %[[B]]
  // CHECK-NEXT: %[[D:.*]] = nn.add %[[C]], %[[B]]
  // CHECK-NEXT: return %[[D]]
  %0:2 = func.call @block(%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  %1:2 = func.call @block(%0#1) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  return %1#1 : tensor<4xf32>
}

// CHECK-NOT: func
func.func private @block(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = func.call @inner(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.add %0, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = nn.mul %0, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %2, %1 : tensor<4xf32>, tensor<4xf32>
}
func.func private @inner(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.silu %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}
