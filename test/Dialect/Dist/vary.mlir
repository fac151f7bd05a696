// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-vjp-dual --verify-diagnostics -o /dev/null

dist.mesh ["dp" = 2, "tp" = 4]

// CHECK-LABEL: @r_to_c(
func.func @r_to_c(%x: tensor<4xf32>) -> tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>> {
  // CHECK: dist.vary %{{.*}} over ["tp"] cause "q_proj: colwise" : (tensor<4xf32>) -> tensor<4xf32, #dist.sharding<{{\[}}[]], copied = ["tp"]>>
  // expected-remark@+1 {{dist.all_reduce to 'tensor<4xf32>', cause "q_proj: colwise (backward)"}}
  %0 = dist.vary %x over ["tp"] cause "q_proj: colwise" : (tensor<4xf32>) -> tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>
  return %0 : tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>
}

// CHECK-LABEL: @beside_others(
func.func @beside_others(%x: tensor<3xf32, #dist.sharding<[["dp"] : 6]>>) -> tensor<3xf32, #dist.sharding<[["dp"] : 6], copied = ["tp"]>> {
  // CHECK: dist.vary %{{.*}} over ["tp"] cause "q_proj: colwise" : (tensor<3xf32, #dist.sharding<{{\[}}["dp"] : 6]>>) -> tensor<3xf32, #dist.sharding<{{\[}}["dp"] : 6], copied = ["tp"]>>
  // expected-remark@+1 {{dist.all_reduce to 'tensor<3xf32, #dist.sharding<[["dp"] : 6]>>', cause "q_proj: colwise (backward)"}}
  %0 = dist.vary %x over ["tp"] cause "q_proj: colwise" : (tensor<3xf32, #dist.sharding<[["dp"] : 6]>>) -> tensor<3xf32, #dist.sharding<[["dp"] : 6], copied = ["tp"]>>
  return %0 : tensor<3xf32, #dist.sharding<[["dp"] : 6], copied = ["tp"]>>
}

// CHECK-LABEL: @two_axes(
func.func @two_axes(%x: tensor<f32>) -> tensor<f32, #dist.sharding<[], copied = ["dp", "tp"]>> {
  // CHECK: dist.vary %{{.*}} over ["dp", "tp"] cause "q_proj: colwise" : (tensor<f32>) -> tensor<f32, #dist.sharding<[], copied = ["dp", "tp"]>>
  // expected-remark@+1 {{dist.all_reduce to 'tensor<f32>', cause "q_proj: colwise (backward)"}}
  %0 = dist.vary %x over ["dp", "tp"] cause "q_proj: colwise" : (tensor<f32>) -> tensor<f32, #dist.sharding<[], copied = ["dp", "tp"]>>
  return %0 : tensor<f32, #dist.sharding<[], copied = ["dp", "tp"]>>
}
