// RUN: shard-opt %s --shardc-place-buffers --shardc-verify-offsets | FileCheck %s

// States first, in their order, each aligned; then what the sections share: here two buffers of 1024 bytes and one of 1024.
// CHECK:      exec.arena bytes = 5376 persistent = 2304 lower_bound = 5376
// CHECK-NEXT: exec.state "x" "" : tensor<256xf32> kind "scalars" offset = 0
// CHECK-NEXT: exec.state "s" "" : tensor<f32> kind "scalars" offset = 1024
// CHECK-NEXT: exec.state "y" "" : tensor<256xf32> kind "scalars" offset = 1280
exec.state "x" "" : tensor<256xf32> kind "scalars"
exec.state "s" "" : tensor<f32> kind "scalars"
exec.state "y" "" : tensor<256xf32> kind "scalars"

exec.kernel @one(%x: tensor<256xf32>) -> (tensor<256xf32>) rows = [] in_place = [0, 0] {
  exec.yield %x : tensor<256xf32>
}
exec.kernel @two(%x: tensor<256xf32>, %y: tensor<256xf32>) -> (tensor<256xf32>) rows = [] in_place = [] {
  exec.yield %x : tensor<256xf32>
}

// A value that is written to a state lies there; what a task reads of it may be overwritten in place.
// CHECK-LABEL: exec.section @states
exec.section @states repeat = 1 {
  %x = exec.read "x" "" : tensor<256xf32>
  // CHECK: exec.launch @one{{.*}} offsets = array<i64: 0>
  %0 = exec.launch @one(%x) {id = 0 : i64, stream = "compute", waits = array<i64>} : (tensor<256xf32>) -> tensor<256xf32>
  exec.write %0, "x" "" : tensor<256xf32>
  // So does a chain of results in place that ends in one.
  // CHECK: exec.launch @two{{.*}} offsets = array<i64: 1280>
  // CHECK: exec.collective{{.*}} offsets = array<i64: 1280>
  %1 = exec.launch @two(%0, %0) {id = 1 : i64, stream = "compute", waits = array<i64>} : (tensor<256xf32>, tensor<256xf32>) -> tensor<256xf32>
  %2 = exec.collective(%1) {axes = ["dp"], cause = "", dims = array<i64: -1>, group_size = 2 : i64, kind = "all_reduce", reduction = "sum", index = 0 : i64,
      id = 2 : i64, stream = "compute", waits = array<i64>} : (tensor<256xf32>) -> tensor<256xf32>
  exec.write %2, "y" "" : tensor<256xf32>
}

// A result takes the bytes of an operand that dies in its task, a view the bytes of its operand; others get the lowest bytes that are free.
// CHECK-LABEL: exec.section @lifetimes
exec.section @lifetimes repeat = 1 {
  %x = exec.read "x" "" : tensor<256xf32>
  // CHECK: exec.launch @one{{.*}} offsets = array<i64: [[A:.*]]>
  %a = exec.launch @one(%x) {id = 0 : i64, stream = "compute", waits = array<i64>} : (tensor<256xf32>) -> tensor<256xf32>
  %v = exec.view %a : (tensor<256xf32>) -> tensor<16x16xf32>
  %w = exec.view %v : (tensor<16x16xf32>) -> tensor<256xf32>
  // CHECK: exec.launch @one{{.*}} offsets = array<i64: [[A]]>
  %b = exec.launch @one(%w) {id = 1 : i64, stream = "compute", waits = array<i64>} : (tensor<256xf32>) -> tensor<256xf32>
  // CHECK: exec.launch @one{{.*}} offsets = array<i64: [[C:.*]]>
  %c = exec.launch @one(%b) {id = 2 : i64, stream = "compute", waits = array<i64>} : (tensor<256xf32>) -> tensor<256xf32>
  // CHECK: exec.launch @two{{.*}} offsets = array<i64: [[D:.*]]>
  %d = exec.launch @two(%b, %c) {id = 3 : i64, stream = "compute", waits = array<i64>} : (tensor<256xf32>, tensor<256xf32>) -> tensor<256xf32>
  // CHECK-NOT: offsets = array<i64: [[D]]>
  // CHECK: exec.launch @two
  %e = exec.launch @two(%d, %d) {id = 4 : i64, stream = "compute", waits = array<i64>} : (tensor<256xf32>, tensor<256xf32>) -> tensor<256xf32>
}

// The second stream does not know when the first is done with its buffer, until it waits. A workspace lives for its task.
// CHECK-LABEL: exec.section @streams
exec.section @streams repeat = 1 {
  %x = exec.read "x" "" : tensor<256xf32>
  // CHECK: exec.launch @two{{.*}}id = 0 : i64, offsets = array<i64: [[A:[0-9]+]]>
  %a = exec.launch @two(%x, %x) {id = 0 : i64, stream = "compute", waits = array<i64>} : (tensor<256xf32>, tensor<256xf32>) -> tensor<256xf32>
  // CHECK-NOT: offsets = array<i64: [[A]]>
  // CHECK: exec.launch @two{{.*}}id = 1 : i64
  %b = exec.launch @two(%x, %x) {id = 1 : i64, stream = "gather", waits = array<i64>} : (tensor<256xf32>, tensor<256xf32>) -> tensor<256xf32>
  // CHECK: exec.launch @two{{.*}}id = 2 : i64, offsets = array<i64: {{[0-9]+}}>
  %c = exec.launch @two(%x, %x) {id = 2 : i64, stream = "gather", waits = array<i64: 0>} : (tensor<256xf32>, tensor<256xf32>) -> tensor<256xf32>
  // CHECK: exec.call{{.*}}workspace = 1000 : i64, workspace_offset = {{[0-9]+}} : i64
  %d = exec.call "shardrt_attention"(%c) {constants = [], flops = 0 : i64, floats = array<f64>, integers = array<i64>, workspace = 1000 : i64, function_type = !llvm.func<void (ptr)>,
      id = 3 : i64, stream = "gather", waits = array<i64>} : (tensor<256xf32>) -> tensor<256xf32>
}
