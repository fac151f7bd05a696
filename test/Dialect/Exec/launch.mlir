// RUN: shard-opt %s --verify-roundtrip | FileCheck %s

exec.kernel @both(%x: tensor<8xf32>, %y: tensor<f32>) -> (tensor<8xf32>, tensor<f32>) rows = [] in_place = [] {
  exec.yield %x, %y : tensor<8xf32>, tensor<f32>
}

// CHECK-LABEL: func @launch
func.func @launch(%x: tensor<8xf32>, %y: tensor<f32>) {
  // CHECK: %{{.*}}:2 = exec.launch @both(%{{.*}}, %{{.*}}) : (tensor<8xf32>, tensor<f32>) -> (tensor<8xf32>, tensor<f32>)
  %0:2 = exec.launch @both(%x, %y) : (tensor<8xf32>, tensor<f32>) -> (tensor<8xf32>, tensor<f32>)
  // CHECK: exec.launch @both(%{{.*}}) order <3 on compute after [1, 2]> bytes <[0, 256]>
  %1:2 = exec.launch @both(%0#0, %0#1) order <3 on compute after [1, 2]> bytes <[0, 256]>
      : (tensor<8xf32>, tensor<f32>) -> (tensor<8xf32>, tensor<f32>)
  // What the results hold: one kind for all of them, or one for each. Before schedule has numbered it a task has a stream alone.
  // CHECK: exec.launch @both(%{{.*}}) holds <gradients_in_flight> order <on reduce> :
  %2:2 = exec.launch @both(%0#0, %0#1) holds <gradients_in_flight> order <on reduce> : (tensor<8xf32>, tensor<f32>) -> (tensor<8xf32>, tensor<f32>)
  // CHECK: exec.launch @both(%{{.*}}) holds <activations, gradients_in_flight> order <4 on copy> bytes <[0, 256] workspace 512> {workspace = 8 : i64} :
  %3:2 = exec.launch @both(%0#0, %0#1) holds <activations, gradients_in_flight> order <4 on copy> bytes <[0, 256] workspace 512> {workspace = 8 : i64}
      : (tensor<8xf32>, tensor<f32>) -> (tensor<8xf32>, tensor<f32>)
  return
}
