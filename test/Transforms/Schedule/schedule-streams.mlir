// RUN: shard-opt %s --shardc-schedule-streams | FileCheck %s

exec.state "w" "" : tensor<2xf32> kind "parameters"
exec.state "x" "" : tensor<4xf32> kind "scalars"

exec.kernel @one(%x: tensor<4xf32>) -> (tensor<4xf32>) rows = [] in_place = [0, 0] {
  exec.yield %x : tensor<4xf32>
}
exec.kernel @two(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>) rows = [] in_place = [] {
  exec.yield %x : tensor<4xf32>
}

// A task waits for what other streams produce, but not twice, and not for what its own stream or another wait implies.
// CHECK-LABEL: exec.section @values repeat = 1 backward = 3
exec.section @values repeat = 1 {
  exec.phase "forward"
  %w = exec.read "w" "" : tensor<2xf32>
  // CHECK: exec.collective{{.*}}id = 0 : i64, index = 0 : i64, kind = "all_gather", reduction = "sum", stream = "gather", waits = array<i64>
  %a = exec.collective(%w) {axes = ["dp"], cause = "a", dims = array<i64: 0>, group_size = 2 : i64, kind = "all_gather", reduction = "sum", stream = "gather"}
      : (tensor<2xf32>) -> tensor<4xf32>
  // CHECK: exec.collective{{.*}}id = 1 : i64, index = 1 : i64, {{.*}}waits = array<i64>
  %b = exec.collective(%w) {axes = ["dp"], cause = "b", dims = array<i64: 0>, group_size = 2 : i64, kind = "all_gather", reduction = "sum", stream = "gather"}
      : (tensor<2xf32>) -> tensor<4xf32>
  // CHECK: exec.launch @two{{.*}} {id = 2 : i64, stream = "compute", waits = array<i64: 1>}
  %0 = exec.launch @two(%a, %b) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK-NOT: exec.phase
  exec.phase "backward"
  // CHECK: exec.launch @one{{.*}} {id = 3 : i64, stream = "compute", waits = array<i64>}
  %1 = exec.launch @one(%a) : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: exec.launch @two{{.*}} {id = 4 : i64, stream = "reduce", waits = array<i64: 3>}
  %2 = exec.launch @two(%1, %b) {stream = "reduce"} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
}

// A task that writes a state waits for those that read what it held; who reads the state afterwards waits for that task.
// CHECK-LABEL: exec.section @states repeat = 1
exec.section @states repeat = 1 {
  %x = exec.read "x" "" : tensor<4xf32>
  // CHECK: exec.launch @one{{.*}} {id = 0 : i64, stream = "reduce", waits = array<i64>}
  %0 = exec.launch @one(%x) {stream = "reduce"} : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: exec.launch @one{{.*}} {id = 1 : i64, stream = "compute", waits = array<i64: 0>}
  %1 = exec.launch @one(%x) : (tensor<4xf32>) -> tensor<4xf32>
  exec.write %1, "x" "" : tensor<4xf32>
  %y = exec.read "x" "" : tensor<4xf32>
  // CHECK: exec.launch @one{{.*}} {id = 2 : i64, stream = "reduce", waits = array<i64: 1>}
  %2 = exec.launch @one(%y) {stream = "reduce"} : (tensor<4xf32>) -> tensor<4xf32>
}

// A gather begins when the gathered parameters before it that nobody needs any more are out of use.
// CHECK-LABEL: exec.section @gathers repeat = 1
exec.section @gathers repeat = 1 {
  %w = exec.read "w" "" : tensor<2xf32>
  // CHECK: cause = "a"{{.*}}id = 0 : i64, index = 2 : i64{{.*}}waits = array<i64>
  %a = exec.collective(%w) {axes = ["dp"], cause = "a", dims = array<i64: 0>, group_size = 2 : i64, kind = "all_gather", reduction = "sum", stream = "gather"}
      : (tensor<2xf32>) -> tensor<4xf32>
  // CHECK: exec.launch @one{{.*}} {id = 1 : i64
  %0 = exec.launch @one(%a) : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: cause = "b"{{.*}}id = 2 : i64{{.*}}waits = array<i64: 1>
  %b = exec.collective(%w) {axes = ["dp"], cause = "b", dims = array<i64: 0>, group_size = 2 : i64, kind = "all_gather", reduction = "sum", stream = "gather"}
      : (tensor<2xf32>) -> tensor<4xf32>
  // `b` is in use still.
  // CHECK: cause = "c"{{.*}}id = 3 : i64{{.*}}waits = array<i64>
  %c = exec.collective(%w) {axes = ["dp"], cause = "c", dims = array<i64: 0>, group_size = 2 : i64, kind = "all_gather", reduction = "sum", stream = "gather"}
      : (tensor<2xf32>) -> tensor<4xf32>
  %1 = exec.launch @two(%b, %c) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
}

// What computes the gradients of the third reduction waits for the first, with what follows it on its stream: two are in flight.
// CHECK-LABEL: exec.section @reductions repeat = 1
exec.section @reductions repeat = 1 {
  %x = exec.read "x" "" : tensor<4xf32>
  %0 = exec.launch @one(%x) : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: cause = "a"{{.*}}id = 1 : i64
  %a = exec.collective(%0) {axes = ["dp"], cause = "a", dims = array<i64: 0>, group_size = 2 : i64, kind = "reduce_scatter", reduction = "sum", stream = "reduce"}
      : (tensor<4xf32>) -> tensor<2xf32>
  %ac = exec.copy(%a) {stream = "reduce"} : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: exec.launch @one{{.*}} {id = 3 : i64, stream = "compute", waits = array<i64>}
  %1 = exec.launch @one(%x) : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: cause = "b"{{.*}}id = 4 : i64
  %b = exec.collective(%1) {axes = ["dp"], cause = "b", dims = array<i64: 0>, group_size = 2 : i64, kind = "reduce_scatter", reduction = "sum", stream = "reduce"}
      : (tensor<4xf32>) -> tensor<2xf32>
  // CHECK: exec.launch @one{{.*}} {id = 5 : i64, stream = "compute", waits = array<i64: 2>}
  %2 = exec.launch @one(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %c = exec.collective(%2) {axes = ["dp"], cause = "c", dims = array<i64: 0>, group_size = 2 : i64, kind = "reduce_scatter", reduction = "sum", stream = "reduce"}
      : (tensor<4xf32>) -> tensor<2xf32>
}
