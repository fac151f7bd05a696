// RUN: shard-opt %s --shardc-schedule-streams | FileCheck %s

exec.state "w" : tensor<2xf32> kind parameters
exec.state "x" : tensor<4xf32> kind scalars

exec.kernel @one(%x: tensor<4xf32>) -> (tensor<4xf32>) rows = [] in_place = [0, 0] {
  exec.yield %x : tensor<4xf32>
}
exec.kernel @two(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>) rows = [] in_place = [] {
  exec.yield %x : tensor<4xf32>
}

// A task waits for what other streams produce, but not twice, and not for what its own stream or another wait implies.
// CHECK-LABEL: exec.section @values repeat = 1 backward = 3
exec.section @values repeat = 1 {
  exec.phase forward
  %w = exec.read "w" : tensor<2xf32>
  // CHECK: exec.collective all_gather{{.*}} order <0 on gather> {{.*}}index = 0 : i64
  %a = exec.collective all_gather(%w) over ["dp"] cause "a" order <on gather> {dims = array<i64: 0>, group_size = 2 : i64}
      : (tensor<2xf32>) -> tensor<4xf32>
  // CHECK: exec.collective{{.*}} order <1 on gather> {{.*}}index = 1 : i64
  %b = exec.collective all_gather(%w) over ["dp"] cause "b" order <on gather> {dims = array<i64: 0>, group_size = 2 : i64}
      : (tensor<2xf32>) -> tensor<4xf32>
  // CHECK: exec.launch @two{{.*}} order <2 on compute after [1]> :
  %0 = exec.launch @two(%a, %b) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK-NOT: exec.phase
  exec.phase backward
  // CHECK: exec.launch @one{{.*}} order <3 on compute> :
  %1 = exec.launch @one(%a) : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: exec.launch @two{{.*}} order <4 on reduce after [3]> :
  %2 = exec.launch @two(%1, %b) order <on reduce> : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
}

// A task that writes a state waits for those that read what it held; who reads the state afterwards waits for that task.
// CHECK-LABEL: exec.section @states repeat = 1
exec.section @states repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  // CHECK: exec.launch @one{{.*}} order <0 on reduce> :
  %0 = exec.launch @one(%x) order <on reduce> : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: exec.launch @one{{.*}} order <1 on compute after [0]> :
  %1 = exec.launch @one(%x) : (tensor<4xf32>) -> tensor<4xf32>
  exec.write %1, "x" : tensor<4xf32>
  %y = exec.read "x" : tensor<4xf32>
  // CHECK: exec.launch @one{{.*}} order <2 on reduce after [1]> :
  %2 = exec.launch @one(%y) order <on reduce> : (tensor<4xf32>) -> tensor<4xf32>
}

// A gather begins when the gathered parameters before it that nobody needs any more are out of use.
// CHECK-LABEL: exec.section @gathers repeat = 1
exec.section @gathers repeat = 1 {
  %w = exec.read "w" : tensor<2xf32>
  // CHECK: cause "a" order <0 on gather> {{.*}}index = 2 : i64
  %a = exec.collective all_gather(%w) over ["dp"] cause "a" order <on gather> {dims = array<i64: 0>, group_size = 2 : i64}
      : (tensor<2xf32>) -> tensor<4xf32>
  // CHECK: exec.launch @one{{.*}} order <1 on compute
  %0 = exec.launch @one(%a) : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: cause "b" order <2 on gather after [1]>
  %b = exec.collective all_gather(%w) over ["dp"] cause "b" order <on gather> {dims = array<i64: 0>, group_size = 2 : i64}
      : (tensor<2xf32>) -> tensor<4xf32>
  // `b` is in use still.
  // CHECK: cause "c" order <3 on gather>
  %c = exec.collective all_gather(%w) over ["dp"] cause "c" order <on gather> {dims = array<i64: 0>, group_size = 2 : i64}
      : (tensor<2xf32>) -> tensor<4xf32>
  %1 = exec.launch @two(%b, %c) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
}

// What computes the gradients of the third reduction waits for the first, with what follows it on its stream: two are in flight.
// CHECK-LABEL: exec.section @reductions repeat = 1
exec.section @reductions repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  %0 = exec.launch @one(%x) : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: cause "a" order <1 on reduce
  %a = exec.collective reduce_scatter(%0) by sum over ["dp"] cause "a" order <on reduce> {dims = array<i64: 0>, group_size = 2 : i64}
      : (tensor<4xf32>) -> tensor<2xf32>
  %ac = exec.copy(%a) order <on reduce> : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: exec.launch @one{{.*}} order <3 on compute> :
  %1 = exec.launch @one(%x) : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: cause "b" order <4 on reduce
  %b = exec.collective reduce_scatter(%1) by sum over ["dp"] cause "b" order <on reduce> {dims = array<i64: 0>, group_size = 2 : i64}
      : (tensor<4xf32>) -> tensor<2xf32>
  // CHECK: exec.launch @one{{.*}} order <5 on compute after [2]> :
  %2 = exec.launch @one(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %c = exec.collective reduce_scatter(%2) by sum over ["dp"] cause "c" order <on reduce> {dims = array<i64: 0>, group_size = 2 : i64}
      : (tensor<4xf32>) -> tensor<2xf32>
}
