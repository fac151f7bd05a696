// RUN: shard-opt %s --shardc-set-target --shardc-group-tasks | FileCheck %s

// What takes a number is one kernel for all numbers.
// CHECK-COUNT-1: exec.kernel @embedding_
// CHECK-NOT: exec.kernel @embedding_
// CHECK: exec.kernel @constant_1() -> (tensor<i32>)
// CHECK-NOT: exec.kernel
// CHECK-LABEL: func.func @two_rows(
func.func @two_rows(%table: tensor<4x8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  // CHECK: %[[TWO:.*]] = exec.launch @constant_0()
  // CHECK: exec.launch @[[$EMBEDDING:embedding_.*]](%[[TWO]], %arg0)
  %0 = nn.constant 2 : tensor<i32>
  %1 = nn.embedding %0, %table : (tensor<i32>, tensor<4x8xf32>) -> tensor<8xf32>
  // CHECK: %[[THREE:.*]] = exec.launch @constant_1()
  // CHECK: exec.launch @[[$EMBEDDING]](%[[THREE]], %arg0)
  %2 = nn.constant 3 : tensor<i32>
  %3 = nn.embedding %2, %table : (tensor<i32>, tensor<4x8xf32>) -> tensor<8xf32>
  return %1, %3 : tensor<8xf32>, tensor<8xf32>
}
