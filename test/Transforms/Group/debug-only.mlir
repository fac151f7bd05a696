// Traces of a pass, in builds that have them, and of no other.
// REQUIRES: traces
// RUN: shard-opt %s --shardc-group-tasks --debug-only=shardc-group-tasks -o /dev/null 2>&1 | FileCheck %s
// RUN: shard-opt %s --shardc-group-tasks --debug-only=shardc-schedule-units -o /dev/null 2>&1 | count 0

// CHECK: [shardc-group-tasks:1] GroupTasks.cpp:{{[0-9]+}} nn.add begins a group
// CHECK: nn.silu joins the group
// CHECK: closed %{{.*}} = exec.launch @
func.func @fused(%x: tensor<8xf32>, %y: tensor<8xf32>) -> tensor<8xf32> {
  %0 = nn.add %x, %y : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %1 = nn.silu %0 : (tensor<8xf32>) -> tensor<8xf32>
  return %1 : tensor<8xf32>
}
