// A library call on a GPU adds what its result's only user would add, where that is there before the call.
// RUN: shard-opt %s --shardc-set-target=kind=cuda --shardc-group-tasks | FileCheck %s
// RUN: shard-opt %s --shardc-set-target --shardc-group-tasks | FileCheck %s --check-prefix=CPU

dist.mesh ["dp" = 1]

// A bias, then a tensor. The result may lie where the tensor does; nothing further can be added.
// CHECK-LABEL: func @bias_and_tensor
// CPU-LABEL: func @bias_and_tensor
func.func @bias_and_tensor(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>, %b: tensor<8xf32>, %r: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NEXT: %[[C:.*]] = exec.call "shardrt_gemm_bias_add"(%{{.*}}, %{{.*}}, %arg2, %arg3)
  // CHECK-SAME: flops = 576 : i64, function_type = !llvm.func<i32 (ptr, ptr, ptr, ptr, ptr, ptr, i64, {{.*}}in_place = array<i64: 0, 3>
  // CHECK-NOT: adding
  // CHECK: return %[[C]]
  // CPU-NEXT: exec.call "shardrt_gemm"
  // CPU-NOT: adding
  // CPU: exec.launch @add_bias_add_0
  %0 = nn.linear %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %1 = nn.add_bias %0, %b : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  %2 = nn.add %r, %1 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %2 : tensor<4x8xf32>
}

// Products that are added up: each adds the one before. A result names the function that adds one tensor more.
// CHECK-LABEL: func @sum_of_products
func.func @sum_of_products(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NEXT: %[[A:.*]] = exec.call "shardrt_gemm"(%arg0, %arg1) {adding = "shardrt_gemm_add", adding_type = !llvm.func<i32 (ptr,
  %0 = nn.linear %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  // CHECK-NEXT: %[[B:.*]] = exec.call "shardrt_gemm_add"(%arg0, %arg1, %[[A]])
  %1 = nn.linear %x, %w transposed : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %2 = nn.add %0, %1 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  // CHECK-NEXT: return %[[B]]
  return %2 : tensor<4x8xf32>
}

// What is computed after the call cannot be added by it.
// CHECK-LABEL: func @later
func.func @later(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NEXT: exec.call "shardrt_gemm"
  // CHECK-NEXT: exec.launch @silu_add_0
  %0 = nn.linear %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %1 = nn.silu %x : tensor<4x8xf32>
  %2 = nn.add %0, %1 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %2 : tensor<4x8xf32>
}

// Somebody else takes the product itself.
// CHECK-LABEL: func @two_uses
func.func @two_uses(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>, %b: tensor<8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  // CHECK-NEXT: exec.call "shardrt_gemm"
  // CHECK-NEXT: exec.launch @add_bias_0
  %0 = nn.linear %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %1 = nn.add_bias %0, %b : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return %0, %1 : tensor<4x8xf32>, tensor<4x8xf32>
}

// What the open group computes is there once it is closed.
// CHECK-LABEL: func @of_the_group
func.func @of_the_group(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NEXT: %[[S:.*]] = exec.launch @silu_0
  // CHECK-NEXT: exec.call "shardrt_gemm_add"(%arg0, %arg1, %[[S]])
  %0 = nn.silu %x : tensor<4x8xf32>
  %1 = nn.linear %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %2 = nn.add %0, %1 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %2 : tensor<4x8xf32>
}
