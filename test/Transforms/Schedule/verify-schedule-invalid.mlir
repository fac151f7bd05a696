// RUN: shard-opt %s --shardc-verify-schedule --split-input-file --verify-diagnostics

// expected-error@+1 {{there is no dist.mesh}}
module {
}

// -----

//===- Collectives -----------------------------------------------------------------------------===//

#part = #dist.sharding<[["dp"] : 8]>
dist.mesh ["dp" = 2, "tp" = 2]
exec.state "x" : tensor<4xf32> kind scalars
exec.state "y" : tensor<8xf32> kind scalars
exec.section @other_axis repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  // expected-error@+1 {{task (exec.collective all_gather "a") goes over axes ["tp"], which are not the minor ones of dimension 0 of 'tensor<4xf32, #dist.sharding<[["dp"] : 8]>>'}}
  %y = exec.collective all_gather(%x) over ["tp"] cause "a" placed (tensor<4xf32, #part>) -> tensor<8xf32> {dims = array<i64: 0>, group_size = 2 : i64} : (tensor<4xf32>) -> tensor<8xf32>
  exec.write %y, "y" : tensor<8xf32>
}

// -----

dist.mesh ["dp" = 2]
exec.state "x" : tensor<4xf32> kind scalars
exec.section @no_axis repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  // expected-error@+1 {{goes over axis "tp", which the mesh does not have}}
  %y = exec.collective all_reduce(%x) by sum over ["tp"] cause "" {dims = array<i64: -1>, group_size = 2 : i64} : (tensor<4xf32>) -> tensor<4xf32>
}

// -----

dist.mesh ["dp" = 2]
exec.state "x" : tensor<4xf32> kind scalars
exec.section @twice repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  // expected-error@+1 {{goes over axis "dp" twice}}
  %y = exec.collective all_reduce(%x) by sum over ["dp", "dp"] cause "" {dims = array<i64: -1>, group_size = 4 : i64} : (tensor<4xf32>) -> tensor<4xf32>
}

// -----

dist.mesh ["dp" = 2]
exec.state "x" : tensor<4xf32> kind scalars
exec.section @group_size repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  // expected-error@+1 {{has a group of 4 ranks, but its axes have 2}}
  %y = exec.collective all_reduce(%x) by sum over ["dp"] cause "" {dims = array<i64: -1>, group_size = 4 : i64} : (tensor<4xf32>) -> tensor<4xf32>
}

// -----

dist.mesh ["dp" = 2]
exec.state "x" : tensor<4xf32> kind scalars
exec.section @not_placed repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  // expected-error@+1 {{must say in `placed` which placements it moves between}}
  %y = exec.collective all_reduce(%x) by sum over ["dp"] cause "" {dims = array<i64: -1>, group_size = 2 : i64} : (tensor<4xf32>) -> tensor<4xf32>
}

// -----

#p = #dist.sharding<[[]], partial = ["dp"]>
dist.mesh ["dp" = 2]
exec.state "x" : tensor<4xf32> kind scalars
exec.section @reduction repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  // expected-error@+1 {{reduces by max over axis "dp", on which its operand must be C and is P}}
  %y = exec.collective all_reduce(%x) by max over ["dp"] cause "" placed (tensor<4xf32, #p>) -> tensor<4xf32> {dims = array<i64: -1>, group_size = 2 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  exec.write %y, "x" : tensor<4xf32>
}

// -----

// The sum is taken over one of two axes, and the result said to be whole.
#p = #dist.sharding<[[]], partial = ["dp", "tp"]>
dist.mesh ["dp" = 2, "tp" = 2]
exec.state "x" : tensor<4xf32> kind scalars
exec.section @rest repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  // expected-error@+1 {{moves between 'tensor<4xf32, #dist.sharding<[[]], partial = ["dp", "tp"]>>' and 'tensor<4xf32>', which differ in more than axes ["dp"]}}
  %y = exec.collective all_reduce(%x) by sum over ["dp"] cause "" placed (tensor<4xf32, #p>) -> tensor<4xf32> {dims = array<i64: -1>, group_size = 2 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  exec.write %y, "x" : tensor<4xf32>
}

// -----

#part = #dist.sharding<[["dp"] : 8]>
dist.mesh ["dp" = 2]
exec.state "x" : tensor<3xf32> kind scalars
exec.section @shape repeat = 1 {
  %x = exec.read "x" : tensor<3xf32>
  // expected-error@+1 {{moves 'tensor<3xf32, #dist.sharding<[["dp"] : 8]>>', but a rank's part in that placement is 'tensor<4xf32, #dist.sharding<[["dp"] : 8]>>'}}
  %y = exec.collective all_gather(%x) over ["dp"] cause "" placed (tensor<3xf32, #part>) -> tensor<6xf32> {dims = array<i64: 0>, group_size = 2 : i64} : (tensor<3xf32>) -> tensor<6xf32>
}

// -----

//===- Parameters ------------------------------------------------------------------------------===//

// The parameter is stored over the other axis.
#dp = #dist.sharding<[["dp"] : 8]>
#copied = #dist.sharding<[[]], copied = ["dp"]>
dist.mesh ["dp" = 2, "tp" = 2]
// expected-note@+1 {{declared here}}
dist.parameter @w : tensor<8xf32> stored <[["tp"] : 8]> unit "" init "ones"
exec.state "w"[#dist.part<value>] : tensor<4xf32> kind parameters
exec.section @gathered repeat = 1 {
  %x = exec.read "w"[#dist.part<value>] : tensor<4xf32>
  // expected-error@+1 {{takes "w"[#dist.part<value>] as 'tensor<4xf32, #dist.sharding<[["dp"] : 8]>>', but it is kept as 'tensor<4xf32, #dist.sharding<[["tp"] : 8]>>'}}
  %y = exec.collective all_gather(%x) over ["dp"] cause "" placed (tensor<4xf32, #dp>) -> tensor<8xf32, #copied> {dims = array<i64: 0>, group_size = 2 : i64} : (tensor<4xf32>) -> tensor<8xf32>
}

// -----

#dp = #dist.sharding<[["dp"] : 8]>
#p = #dist.sharding<[[]], partial = ["dp"]>
dist.mesh ["dp" = 2, "tp" = 2]
// expected-note@+1 {{declared here}}
dist.parameter @w : tensor<8xf32> stored <[["tp"] : 8]> unit "" init "ones"
exec.state "w"[#dist.part<gradient>] : tensor<4xf32> kind gradients
exec.state "x" : tensor<8xf32> kind scalars
exec.section @scattered repeat = 1 {
  %x = exec.read "x" : tensor<8xf32>
  %g = exec.collective reduce_scatter(%x) by sum over ["dp"] cause "" placed (tensor<8xf32, #p>) -> tensor<4xf32, #dp> {dims = array<i64: 0>, group_size = 2 : i64} : (tensor<8xf32>) -> tensor<4xf32>
  // expected-error@+1 {{"w"[#dist.part<gradient>] is written as 'tensor<4xf32, #dist.sharding<[["dp"] : 8]>>', but it is kept as 'tensor<4xf32, #dist.sharding<[["tp"] : 8]>>'}}
  exec.write %g, "w"[#dist.part<gradient>] : tensor<4xf32>
}

// -----

// The running loss is the sum of what ranks along the other axis have.
#tp = #dist.sharding<[], partial = ["tp"]>
dist.mesh ["dp" = 2, "tp" = 2]
// expected-note@+1 {{declared here}}
dist.state @loss : tensor<f32, #dist.sharding<[], partial = ["dp"]>> kind scalar
exec.state "loss" : tensor<f32> kind scalars
exec.section @taken repeat = 1 {
  %x = exec.read "loss" : tensor<f32>
  // expected-error@+1 {{takes "loss" as 'tensor<f32, #dist.sharding<[], partial = ["tp"]>>', but it is kept as 'tensor<f32, #dist.sharding<[], partial = ["dp"]>>'}}
  %y = exec.collective all_reduce(%x) by sum over ["tp"] cause "" placed (tensor<f32, #tp>) -> tensor<f32> {dims = array<i64: -1>, group_size = 2 : i64} : (tensor<f32>) -> tensor<f32>
}

// -----

//===- States ----------------------------------------------------------------------------------===//

dist.mesh ["dp" = 2]
exec.state "x" : tensor<4xf32> kind scalars
exec.section @lost repeat = 1 {
  %x = exec.read "x" : tensor<4xf32>
  %v = exec.view %x : (tensor<4xf32>) -> tensor<2x2xf32>
  // expected-error@+1 {{task 3 (exec.copy) computes result 0, which no task takes and no state holds}}
  %y = exec.copy(%v) order <3 on compute> : (tensor<2x2xf32>) -> tensor<4xf32>
}

// -----

dist.mesh ["dp" = 2]
// expected-error@+1 {{state "w"[#dist.part<moment1>] is read by section @update, but no section writes it}}
exec.state "w"[#dist.part<moment1>] : tensor<4xf32> kind optimizer
exec.state "x" : tensor<4xf32> kind scalars
exec.section @update repeat = 1 {
  %m = exec.read "w"[#dist.part<moment1>] : tensor<4xf32>
  %x = exec.copy(%m) : (tensor<4xf32>) -> tensor<4xf32>
  exec.write %x, "x" : tensor<4xf32>
}

// -----

dist.mesh ["dp" = 2]
// expected-error@+1 {{state "w"[#dist.part<value>] is written by no section, but its moments are: the update is lost}}
exec.state "w"[#dist.part<value>] : tensor<4xf32> kind parameters
exec.state "w"[#dist.part<moment1>] : tensor<4xf32> kind optimizer
exec.section @update repeat = 1 {
  %w = exec.read "w"[#dist.part<value>] : tensor<4xf32>
  %m = exec.copy(%w) : (tensor<4xf32>) -> tensor<4xf32>
  exec.write %m, "w"[#dist.part<moment1>] : tensor<4xf32>
}

// -----

// The accumulator is cleared after its use, but nobody adds a gradient to it.
dist.mesh ["dp" = 2]
// expected-error@+1 {{state "w"[#dist.part<gradient>] is read by section @update, but no section before it accumulates a gradient}}
exec.state "w"[#dist.part<gradient>] : tensor<4xf32> kind gradients
exec.state "norm" : tensor<4xf32> kind scalars
exec.section @last repeat = 1 {
}
exec.section @update repeat = 1 {
  %g = exec.read "w"[#dist.part<gradient>] : tensor<4xf32>
  %n = exec.copy(%g) : (tensor<4xf32>) -> tensor<4xf32>
  exec.write %n, "norm" : tensor<4xf32>
  %z = exec.copy(%n) : (tensor<4xf32>) -> tensor<4xf32>
  exec.write %z, "w"[#dist.part<gradient>] : tensor<4xf32>
}

// -----

dist.mesh ["dp" = 2]
// expected-error@+1 {{state "grad_norm" is neither read nor written by any section}}
exec.state "grad_norm" : tensor<f32> kind scalars
exec.section @update repeat = 1 {
}

// -----

dist.mesh ["dp" = 2]
// expected-error@+1 {{state "x" is of kind workspace, which is one of buffers, not of states}}
exec.state "x" : tensor<f32> kind workspace
