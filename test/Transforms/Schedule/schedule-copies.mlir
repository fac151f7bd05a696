// RUN: shard-opt %s --pass-pipeline="builtin.module(exec.section(shardc-schedule-copies))" | FileCheck %s
// RUN: shard-opt %s --pass-pipeline="builtin.module(exec.section(shardc-schedule-copies))" --remark-format=emitRemark \
// RUN:   --remarks-filter=schedule -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

exec.state "x" : tensor<4xf32> kind scalars
exec.state "y" : tensor<4xf32> kind scalars

exec.kernel @step(%x: tensor<4xf32>) -> (tensor<4xf32>) rows = [] in_place = [0, 0] {
  exec.yield %x : tensor<4xf32>
}
exec.kernel @apart(%x: tensor<4xf32>) -> (tensor<4xf32>) rows = [] in_place = [] {
  exec.yield %x : tensor<4xf32>
}

// The task writes over what it reads, element by element.
// CHECK-LABEL: exec.section @in_place
exec.section @in_place repeat = 1 {
  // CHECK-NEXT: %[[X:.*]] = exec.read "x"
  // CHECK-NEXT: %[[N:.*]] = exec.launch @step(%[[X]])
  // CHECK-NEXT: exec.write %[[N]], "x"
  %x = exec.read "x" : tensor<4xf32>
  %n = exec.launch @step(%x) : (tensor<4xf32>) -> tensor<4xf32>
  exec.write %n, "x" : tensor<4xf32>
}

// REMARK: "x" is written by a copy: what the state holds is still needed when the value is computed
// It may not: it would overwrite what it still has to read.
// CHECK-LABEL: exec.section @not_in_place
exec.section @not_in_place repeat = 1 {
  // CHECK:      %[[N:.*]] = exec.launch @apart
  // CHECK-NEXT: %[[C:.*]] = exec.copy(%[[N]]) : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK-NEXT: exec.write %[[C]], "x"
  %x = exec.read "x" : tensor<4xf32>
  %n = exec.launch @apart(%x) : (tensor<4xf32>) -> tensor<4xf32>
  exec.write %n, "x" : tensor<4xf32>
}

// REMARK: "x" is written by a copy: what the state holds is still needed when the value is computed
// Another task reads the old value after it.
// CHECK-LABEL: exec.section @read_later
exec.section @read_later repeat = 1 {
  // CHECK:      %[[N:.*]] = exec.launch @step
  // CHECK-NEXT: exec.launch @apart
  // CHECK-NEXT: exec.copy(%[[N]])
  %x = exec.read "x" : tensor<4xf32>
  %n = exec.launch @step(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %o = exec.launch @apart(%x) : (tensor<4xf32>) -> tensor<4xf32>
  exec.write %n, "x" : tensor<4xf32>
}

// REMARK: "y" is written by a copy: the value is written to another state too
// REMARK: "x" is written by a copy: the value is what another state holds
// A value lies in one place: the second state gets a copy. What was read of another state is copied too.
// CHECK-LABEL: exec.section @two_states
exec.section @two_states repeat = 1 {
  // CHECK:      %[[N:.*]] = exec.launch @step
  // CHECK-NEXT: exec.write %[[N]], "x"
  // CHECK-NEXT: %[[C:.*]] = exec.copy(%[[N]])
  // CHECK-NEXT: exec.write %[[C]], "y"
  // CHECK-NEXT: %[[Y:.*]] = exec.read "y"
  // CHECK-NEXT: %[[D:.*]] = exec.copy(%[[Y]])
  // CHECK-NEXT: exec.write %[[D]], "x"
  %x = exec.read "x" : tensor<4xf32>
  %n = exec.launch @step(%x) : (tensor<4xf32>) -> tensor<4xf32>
  exec.write %n, "x" : tensor<4xf32>
  exec.write %n, "y" : tensor<4xf32>
  %y = exec.read "y" : tensor<4xf32>
  exec.write %y, "x" : tensor<4xf32>
}

// What the state holds already is not written.
// CHECK-LABEL: exec.section @same
exec.section @same repeat = 1 {
  // CHECK-NEXT: exec.read "x"
  // CHECK-NEXT: }
  %x = exec.read "x" : tensor<4xf32>
  exec.write %x, "x" : tensor<4xf32>
}
