// RUN: shard-opt %s --verify-roundtrip | FileCheck %s

exec.kernel @both(%x: tensor<8xf32>, %y: tensor<f32>) -> (tensor<8xf32>, tensor<f32>) rows = [] in_place = [] {
  exec.yield %x, %y : tensor<8xf32>, tensor<f32>
}

// CHECK-LABEL: func @launch
func.func @launch(%x: tensor<8xf32>, %y: tensor<f32>) {
  // CHECK: %{{.*}}:2 = exec.launch @both(%{{.*}}, %{{.*}}) : (tensor<8xf32>, tensor<f32>) -> (tensor<8xf32>, tensor<f32>)
  %0:2 = exec.launch @both(%x, %y) : (tensor<8xf32>, tensor<f32>) -> (tensor<8xf32>, tensor<f32>)
  // CHECK: exec.launch @both(%{{.*}}) {id = 3 : i64, offsets = array<i64: 0, 256>, stream = "compute", waits = array<i64: 1, 2>}
  %1:2 = exec.launch @both(%0#0, %0#1) {id = 3 : i64, stream = "compute", waits = array<i64: 1, 2>, offsets = array<i64: 0, 256>}
      : (tensor<8xf32>, tensor<f32>) -> (tensor<8xf32>, tensor<f32>)
  return
}
