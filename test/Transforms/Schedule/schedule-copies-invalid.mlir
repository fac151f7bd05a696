// RUN: shard-opt %s --pass-pipeline="builtin.module(exec.section(shardc-schedule-copies))" --verify-diagnostics

exec.state "x" : tensor<4xf32> kind scalars
exec.kernel @step(%x: tensor<4xf32>) -> (tensor<4xf32>) rows = [] in_place = [0, 0] {
  exec.yield %x : tensor<4xf32>
}

exec.section @last repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  %n = exec.launch @step(%x) : (tensor<4xf32>) -> tensor<4xf32>
  // expected-note@+1 {{"x" is written here}}
  exec.write %n, "x" : tensor<4xf32>
  // expected-error@+1 {{task (exec.launch @step) reads a state that has been written by then}}
  %o = exec.launch @step(%x) : (tensor<4xf32>) -> tensor<4xf32>
}
