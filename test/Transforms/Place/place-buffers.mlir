// RUN: shard-opt %s --shardc-place-buffers --shardc-verify-offsets | FileCheck %s

// States first, in their order, each aligned; then what the sections share: here two buffers of 1024 bytes and one of 1024.
// CHECK:      exec.arena bytes = 5376 persistent = 2304 lower_bound = 5376
// CHECK-NEXT: exec.state "x" : tensor<256xf32> kind scalars offset = 0
// CHECK-NEXT: exec.state "s" : tensor<f32> kind scalars offset = 1024
// CHECK-NEXT: exec.state "y" : tensor<256xf32> kind scalars offset = 1280
exec.state "x" : tensor<256xf32> kind scalars
exec.state "s" : tensor<f32> kind scalars
exec.state "y" : tensor<256xf32> kind scalars

exec.kernel @one(%x: tensor<256xf32>) -> (tensor<256xf32>) rows = [] in_place = [0, 0] {
  exec.yield %x : tensor<256xf32>
}
exec.kernel @two(%x: tensor<256xf32>, %y: tensor<256xf32>) -> (tensor<256xf32>) rows = [] in_place = [] {
  exec.yield %x : tensor<256xf32>
}

// A value that is written to a state lies there; what a task reads of it may be overwritten in place.
// CHECK-LABEL: exec.section @states
exec.section @states repeat = 1 {
  %x = exec.read "x" : tensor<256xf32>
  // CHECK: exec.launch @one{{.*}} bytes <[0]>
  %0 = exec.launch @one(%x) order <0 on compute> : (tensor<256xf32>) -> tensor<256xf32>
  exec.write %0, "x" : tensor<256xf32>
  // So does a chain of results in place that ends in one.
  // CHECK: exec.launch @two{{.*}} bytes <[1280]>
  // CHECK: exec.collective{{.*}} bytes <[1280]>
  %1 = exec.launch @two(%0, %0) order <1 on compute> : (tensor<256xf32>, tensor<256xf32>) -> tensor<256xf32>
  %2 = exec.collective all_reduce(%1) by sum over ["dp"] cause "" order <2 on compute> {dims = array<i64: -1>, group_size = 2 : i64, index = 0 : i64} : (tensor<256xf32>) -> tensor<256xf32>
  exec.write %2, "y" : tensor<256xf32>
}

// A result takes the bytes of an operand that dies in its task, a view the bytes of its operand; others get the lowest bytes that are free.
// CHECK-LABEL: exec.section @lifetimes
exec.section @lifetimes repeat = 1 {
  %x = exec.read "x" : tensor<256xf32>
  // CHECK: exec.launch @one{{.*}} bytes <{{\[}}[[A:[0-9]+]]{{\]}}>
  %a = exec.launch @one(%x) order <0 on compute> : (tensor<256xf32>) -> tensor<256xf32>
  %v = exec.view %a : (tensor<256xf32>) -> tensor<16x16xf32>
  %w = exec.view %v : (tensor<16x16xf32>) -> tensor<256xf32>
  // CHECK: exec.launch @one{{.*}} bytes <{{\[}}[[A]]{{\]}}>
  %b = exec.launch @one(%w) order <1 on compute> : (tensor<256xf32>) -> tensor<256xf32>
  // CHECK: exec.launch @one{{.*}} bytes <{{\[}}[[C:[0-9]+]]{{\]}}>
  %c = exec.launch @one(%b) order <2 on compute> : (tensor<256xf32>) -> tensor<256xf32>
  // CHECK: exec.launch @two{{.*}} bytes <{{\[}}[[D:[0-9]+]]{{\]}}>
  %d = exec.launch @two(%b, %c) order <3 on compute> : (tensor<256xf32>, tensor<256xf32>) -> tensor<256xf32>
  // CHECK-NOT: bytes <{{\[}}[[D]]{{\]}}>
  // CHECK: exec.launch @two
  %e = exec.launch @two(%d, %d) order <4 on compute> : (tensor<256xf32>, tensor<256xf32>) -> tensor<256xf32>
}

// The second stream does not know when the first is done with its buffer, until it waits. A workspace lives for its task.
// CHECK-LABEL: exec.section @streams
exec.section @streams repeat = 1 {
  %x = exec.read "x" : tensor<256xf32>
  // CHECK: exec.launch @two{{.*}} order <0 on compute> bytes <{{\[}}[[A:[0-9]+]]{{\]}}>
  %a = exec.launch @two(%x, %x) order <0 on compute> : (tensor<256xf32>, tensor<256xf32>) -> tensor<256xf32>
  // CHECK-NOT: bytes <{{\[}}[[A]]{{\]}}>
  // CHECK: exec.launch @two{{.*}} order <1 on gather>
  %b = exec.launch @two(%x, %x) order <1 on gather> : (tensor<256xf32>, tensor<256xf32>) -> tensor<256xf32>
  // CHECK: exec.launch @two{{.*}} order <2 on gather after [0]> bytes <[{{[0-9]+}}]>
  %c = exec.launch @two(%x, %x) order <2 on gather after [0]> : (tensor<256xf32>, tensor<256xf32>) -> tensor<256xf32>
  // CHECK: exec.call{{.*}} bytes <[{{[0-9]+}}] workspace {{[0-9]+}}> {{.*}}workspace = 1000 : i64
  %d = exec.call "shardrt_attention"(%c) order <3 on gather> {constants = [], flops = 0 : i64, floats = array<f64>, integers = array<i64>, workspace = 1000 : i64, function_type = !llvm.func<void (ptr)>} : (tensor<256xf32>) -> tensor<256xf32>
}
