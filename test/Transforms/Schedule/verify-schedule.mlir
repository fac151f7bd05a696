// RUN: shard-opt %s --shardc-verify-schedule | FileCheck %s

// What schedule makes of one parameter: gathered as it is stored, its gradient scattered to the accumulator and summed over replicas, then the update.
#stored = #dist.sharding<[["dp_shard"] : 5]>
#used = #dist.sharding<[[]], copied = ["dp_shard"]>
#gradient = #dist.sharding<[[]], partial = ["dp_replicate", "dp_shard"]>
#scattered = #dist.sharding<[["dp_shard"] : 5], partial = ["dp_replicate"]>
dist.mesh ["dp_replicate" = 3, "dp_shard" = 2]
dist.parameter @w : tensor<5xf32> stored #stored accumulator <f32, <[["dp_shard"] : 5], partial = ["dp_replicate"]>> unit "" init "normal"
exec.state "w"[#dist.part<value>] : tensor<3xf32> kind parameters
exec.state "w"[#dist.part<gradient>] : tensor<3xf32> kind gradients
exec.state "w"[#dist.part<moment1>] : tensor<3xf32> kind optimizer
exec.state "loss" : tensor<f32> kind scalars
exec.state "tokens" : tensor<4xi32> kind inputs
exec.kernel @loss(%w: tensor<5xf32>) -> (tensor<f32>, tensor<5xf32>) rows = [] in_place = [] {
  %0 = tensor.empty() : tensor<f32>
  exec.yield %0, %w : tensor<f32>, tensor<5xf32>
}
exec.kernel @adamw(%w: tensor<3xf32>, %g: tensor<3xf32>, %m: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>) rows = [] in_place = [] {
  exec.yield %w, %m : tensor<3xf32>, tensor<3xf32>
}

// CHECK-LABEL: exec.section @last
exec.section @last repeat = 1 {
  %s = exec.read "w"[#dist.part<value>] : tensor<3xf32>
  %w = exec.collective all_gather(%s) over ["dp_shard"] cause "root: unshard" placed (tensor<3xf32, #stored>) -> tensor<5xf32, #used>
      {dims = array<i64: 0>, group_size = 2 : i64} : (tensor<3xf32>) -> tensor<5xf32>
  %l:2 = exec.launch @loss(%w) : (tensor<5xf32>) -> (tensor<f32>, tensor<5xf32>)
  exec.write %l#0, "loss" : tensor<f32>
  %g = exec.collective reduce_scatter(%l#1) by sum over ["dp_shard"] cause "root: reduce gradients" placed (tensor<5xf32, #gradient>) -> tensor<3xf32, #scattered>
      {dims = array<i64: 0>, group_size = 2 : i64} : (tensor<5xf32>) -> tensor<3xf32>
  %r = exec.collective all_reduce(%g) by sum over ["dp_replicate"] cause "root: sum gradients over replicas" placed (tensor<3xf32, #scattered>) -> tensor<3xf32, #stored>
      {dims = array<i64: -1>, group_size = 3 : i64} : (tensor<3xf32>) -> tensor<3xf32>
  exec.write %r, "w"[#dist.part<gradient>] : tensor<3xf32>
}
exec.section @update repeat = 1 {
  %w = exec.read "w"[#dist.part<value>] : tensor<3xf32>
  %g = exec.read "w"[#dist.part<gradient>] : tensor<3xf32>
  %m = exec.read "w"[#dist.part<moment1>] : tensor<3xf32>
  %0:2 = exec.launch @adamw(%w, %g, %m) : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  exec.write %0#0, "w"[#dist.part<value>] : tensor<3xf32>
  exec.write %0#1, "w"[#dist.part<moment1>] : tensor<3xf32>
}
