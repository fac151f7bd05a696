// RUN: shard-opt %s --verify-roundtrip | FileCheck %s

// CHECK: exec.arena bytes = 8192 persistent = 4096 lower_bound = 8000
exec.arena bytes = 8192 persistent = 4096 lower_bound = 8000
// CHECK: exec.state "model.norm.weight"[#dist.part<value>] : tensor<64xf32> kind parameters offset = 0
exec.state "model.norm.weight"[#dist.part<value>] : tensor<64xf32> kind parameters offset = 0
// CHECK: exec.state "loss" : tensor<f32> kind scalars{{$}}
exec.state "loss" : tensor<f32> kind scalars

// CHECK: exec.section @micro repeat = 2 backward = 3 {
exec.section @micro repeat = 2 backward = 3 {
  // CHECK-NEXT: exec.phase forward
  exec.phase forward
  // CHECK-NEXT: %[[W:.*]] = exec.read "model.norm.weight"[#dist.part<value>] : tensor<64xf32>
  %w = exec.read "model.norm.weight"[#dist.part<value>] : tensor<64xf32>
  // CHECK-NEXT: %[[V:.*]] = exec.view %[[W]] : (tensor<64xf32>) -> tensor<8x8xf32>
  %v = exec.view %w : (tensor<64xf32>) -> tensor<8x8xf32>
  // CHECK-NEXT: %[[C:.*]] = exec.copy(%[[V]]) order <1 on compute> : (tensor<8x8xf32>) -> tensor<64xf32>
  %c = exec.copy(%v) order <1 on compute> : (tensor<8x8xf32>) -> tensor<64xf32>
  // CHECK-NEXT: %[[F:.*]] = exec.view %[[C]] : (tensor<64xf32>) -> tensor<f32>
  %f = exec.view %c : (tensor<64xf32>) -> tensor<f32>
  // CHECK-NEXT: %[[D:.*]] = exec.copy(%[[F]]) order <3 on compute after [1]> : (tensor<f32>) -> tensor<f32>
  %d = exec.copy(%f) order <3 on compute after [1]> : (tensor<f32>) -> tensor<f32>
  // CHECK-NEXT: exec.write %[[D]], "loss" : tensor<f32>
  exec.write %d, "loss" : tensor<f32>
}
// CHECK: exec.section @empty repeat = 0 {
exec.section @empty repeat = 0 {
}
