// RUN: shard-opt %s --shardc-schedule-units | FileCheck %s
// RUN: shard-opt %s --shardc-set-settings="set=distributed.forward_prefetch=0,distributed.backward_prefetch=0" --shardc-schedule-units | FileCheck %s --check-prefix=LATE
// RUN: sed -e '/@a.weight/ s/unit "a"/parked <f32, <[[], []], copied = ["dp_shard"]>> &/' %s | shard-opt --shardc-schedule-units | FileCheck %s --check-prefix=KEEP
// RUN: sed -e 's/parked <.*>> unit/unit/' %s | shard-opt --shardc-schedule-units | FileCheck %s --check-prefix=FREE
// RUN: shard-opt %s --shardc-set-settings="set=train.accumulation=3" --shardc-schedule-units | FileCheck %s --check-prefix=MANY

// Two units and the root, whose table is tied: it is used first and last. Rows of 5 are shards of 3; the bias is not sharded. The root and the last unit are
// parked as they are computed.
dist.mesh ["dp_shard" = 2]
dist.parameter @table : tensor<5x4xf32> stored <[["dp_shard"] : 5, []]> parked <f32, <[[], []], copied = ["dp_shard"]>> unit "" init "normal"
dist.parameter @a.weight : tensor<4x4xf32> stored <[["dp_shard"] : 4, []]> unit "a" init "normal"
dist.parameter @a.bias : tensor<1xf32> stored <[[]]> accumulator <f32, <[[]], partial = ["dp_shard"]>> unit "a" init "zeros"
dist.parameter @b.weight : tensor<4x4xf32> stored <[["dp_shard"] : 4, []]> parked <f32, <[[], []], copied = ["dp_shard"]>> unit "b" init "normal"
dist.state @loss : tensor<f32> kind scalar
dist.state @tokens : tensor<4x4xf32> kind input

// States of one kind lie together.
// CHECK:      exec.state "table"[#dist.part<value>] : tensor<3x4xf32> kind parameters
// CHECK-NEXT: exec.state "a.weight"[#dist.part<value>] : tensor<2x4xf32> kind parameters
// CHECK-NEXT: exec.state "a.bias"[#dist.part<value>] : tensor<1xf32> kind parameters
// CHECK-NEXT: exec.state "b.weight"[#dist.part<value>] : tensor<2x4xf32> kind parameters
// CHECK-NEXT: exec.state "table"[#dist.part<gradient>] : tensor<3x4xf32> kind gradients
// CHECK:      exec.state "loss" : tensor<f32> kind scalars
// CHECK-NEXT: exec.state "tokens" : tensor<4x4xf32> kind inputs
// CHECK-NOT:  func.func

exec.kernel @lookup(%x: tensor<4x4xf32>, %w: tensor<5x4xf32>) -> (tensor<4x4xf32>) rows = [4] in_place = [] {
  exec.yield %x : tensor<4x4xf32>
}
exec.kernel @layer(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>) -> (tensor<4x4xf32>) rows = [4] in_place = [] {
  exec.yield %x : tensor<4x4xf32>
}
exec.kernel @bias(%x: tensor<4x4xf32>, %b: tensor<1xf32>) -> (tensor<4x4xf32>) rows = [4] in_place = [] {
  exec.yield %x : tensor<4x4xf32>
}
exec.kernel @table_grad(%x: tensor<4x4xf32>) -> (tensor<5x4xf32>) rows = [] in_place = [] {
  %0 = tensor.empty() : tensor<5x4xf32>
  exec.yield %0 : tensor<5x4xf32>
}
exec.kernel @bias_grad(%x: tensor<4x4xf32>) -> (tensor<1xf32>) rows = [] in_place = [] {
  %0 = tensor.empty() : tensor<1xf32>
  exec.yield %0 : tensor<1xf32>
}

// One micro batch: no accumulator is added to, no section `micro`.
// CHECK-NOT:   exec.section @micro
// CHECK-LABEL: exec.section @last repeat = 1
func.func @micro() {
  // The root and the first unit are gathered at once, the second ahead of the first unit's tasks.
  // CHECK:      %[[TS:.*]] = exec.read "table"[#dist.part<value>] : tensor<3x4xf32>
  // CHECK-NEXT: %[[T:.*]] = exec.collective all_gather(%[[TS]]) over ["dp_shard"] cause "root: unshard" placed (tensor<3x4xf32, #dist.sharding<{{\[}}["dp_shard"] : 5, []]>>) -> tensor<5x4xf32, #dist.sharding<{{\[}}[], []], copied = ["dp_shard"]>> holds <gathered_parameters> order <on gather> {dims = array<i64: 0>, group_size = 2 : i64} : (tensor<3x4xf32>) -> tensor<5x4xf32>
  // CHECK-NEXT: %[[AS:.*]] = exec.read "a.weight"[#dist.part<value>]
  // CHECK-NEXT: %[[A:.*]] = exec.collective all_gather(%[[AS]]) {{.*}}cause "unit a: unshard"
  // LATE:       cause "root: unshard"
  exec.phase forward
  %tokens = dist.read @tokens : tensor<4x4xf32>
  %t = dist.unshard @table cause "table" : tensor<5x4xf32, #dist.sharding<[[], []], copied = ["dp_shard"]>>
  %tv = exec.view %t : (tensor<5x4xf32, #dist.sharding<[[], []], copied = ["dp_shard"]>>) -> tensor<5x4xf32>
  // CHECK:      %[[X0:.*]] = exec.launch @lookup(%{{.*}}, %[[T]])
  %x0 = exec.launch @lookup(%tokens, %tv) : (tensor<4x4xf32>, tensor<5x4xf32>) -> tensor<4x4xf32>
  // LATE:       exec.launch @lookup
  // LATE:       cause "unit a: unshard"
  // LATE-NEXT:  exec.launch @layer
  // LATE:       exec.launch @bias
  // LATE:       cause "unit b: unshard"
  // LATE-NEXT:  exec.launch @layer
  %a = dist.unshard @a.weight cause "a" : tensor<4x4xf32, #dist.sharding<[[], []], copied = ["dp_shard"]>>
  %av = exec.view %a : (tensor<4x4xf32, #dist.sharding<[[], []], copied = ["dp_shard"]>>) -> tensor<4x4xf32>
  %bias = dist.unshard @a.bias cause "a" : tensor<1xf32, #dist.sharding<[[]], copied = ["dp_shard"]>>
  %biasv = exec.view %bias : (tensor<1xf32, #dist.sharding<[[]], copied = ["dp_shard"]>>) -> tensor<1xf32>
  // CHECK:      %[[BIAS:.*]] = exec.read "a.bias"[#dist.part<value>] : tensor<1xf32>
  // CHECK:      %[[BS:.*]] = exec.read "b.weight"[#dist.part<value>]
  // CHECK-NEXT: %[[B:.*]] = exec.collective all_gather(%[[BS]]) {{.*}}cause "unit b: unshard"
  // CHECK-NEXT: %[[X1:.*]] = exec.launch @layer(%[[X0]], %[[A]])
  %x1 = exec.launch @layer(%x0, %av) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  // CHECK-NEXT: %[[X2:.*]] = exec.launch @bias(%[[X1]], %[[BIAS]])
  %x2 = exec.launch @bias(%x1, %biasv) : (tensor<4x4xf32>, tensor<1xf32>) -> tensor<4x4xf32>
  %b = dist.unshard @b.weight cause "b" : tensor<4x4xf32, #dist.sharding<[[], []], copied = ["dp_shard"]>>
  %bv = exec.view %b : (tensor<4x4xf32, #dist.sharding<[[], []], copied = ["dp_shard"]>>) -> tensor<4x4xf32>
  // CHECK-NEXT: %[[X3:.*]] = exec.launch @layer(%[[X2]], %[[B]])
  %x3 = exec.launch @layer(%x2, %bv) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %u = dist.unshard @table cause "table" : tensor<5x4xf32, #dist.sharding<[[], []], copied = ["dp_shard"]>>
  %uv = exec.view %u : (tensor<5x4xf32, #dist.sharding<[[], []], copied = ["dp_shard"]>>) -> tensor<5x4xf32>
  // CHECK-NEXT: %[[X4:.*]] = exec.launch @lookup(%[[X3]], %[[T]])
  %x4 = exec.launch @lookup(%x3, %uv) : (tensor<4x4xf32>, tensor<5x4xf32>) -> tensor<4x4xf32>

  // The root and the last unit were kept; the first unit is gathered again, ahead of the last one's tasks.
  // CHECK:      exec.phase backward
  // KEEP-NOT:   unshard in backward
  // FREE:       cause "unit b: unshard in backward"
  // FREE:       exec.phase backward
  // FREE:       cause "unit a: unshard in backward"
  exec.phase backward
  // CHECK-NEXT: %[[G0:.*]] = exec.launch @table_grad(%[[X4]])
  %g0 = exec.launch @table_grad(%x4) : (tensor<4x4xf32>) -> tensor<5x4xf32>
  %g0e = exec.view %g0 : (tensor<5x4xf32>) -> tensor<5x4xf32, #dist.sharding<[[], []], partial = ["dp_shard"]>>
  dist.accumulate %g0e, @table cause "table" : tensor<5x4xf32, #dist.sharding<[[], []], partial = ["dp_shard"]>>
  // CHECK-NEXT: %[[AS2:.*]] = exec.read "a.weight"[#dist.part<value>]
  // CHECK-NEXT: %[[A2:.*]] = exec.collective all_gather(%[[AS2]]) {{.*}}cause "unit a: unshard in backward"
  // CHECK-NEXT: %[[G1:.*]] = exec.launch @layer(%[[X4]], %[[B]])
  // LATE:       exec.launch @table_grad
  // LATE-NEXT:  exec.launch @layer
  %g1 = exec.launch @layer(%x4, %bv) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %g1e = exec.view %g1 : (tensor<4x4xf32>) -> tensor<4x4xf32, #dist.sharding<[[], []], partial = ["dp_shard"]>>
  // CHECK-NEXT: %[[RB:.*]] = exec.collective reduce_scatter(%[[G1]]) by sum over ["dp_shard"] cause "unit b: reduce gradients" placed (tensor<4x4xf32, #dist.sharding<{{\[}}[], []], partial = ["dp_shard"]>>) -> tensor<2x4xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, []]>> holds <gradients_in_flight> order <on reduce> {dims = array<i64: 0>, group_size = 2 : i64} : (tensor<4x4xf32>) -> tensor<2x4xf32>
  // CHECK-NEXT: exec.write %[[RB]], "b.weight"[#dist.part<gradient>]
  dist.accumulate %g1e, @b.weight cause "b" : tensor<4x4xf32, #dist.sharding<[[], []], partial = ["dp_shard"]>>
  // CHECK-NEXT: %[[G2:.*]] = exec.launch @layer(%[[G1]], %[[A2]])
  %g2 = exec.launch @layer(%g1, %av) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %g2e = exec.view %g2 : (tensor<4x4xf32>) -> tensor<4x4xf32, #dist.sharding<[[], []], partial = ["dp_shard"]>>
  dist.accumulate %g2e, @a.weight cause "a" : tensor<4x4xf32, #dist.sharding<[[], []], partial = ["dp_shard"]>>
  // CHECK-NEXT: %[[G3:.*]] = exec.launch @bias_grad(%[[G2]])
  %g3 = exec.launch @bias_grad(%g2) : (tensor<4x4xf32>) -> tensor<1xf32>
  %g3e = exec.view %g3 : (tensor<1xf32>) -> tensor<1xf32, #dist.sharding<[[]], partial = ["dp_shard"]>>
  // The unit's gradients are complete: the weight's is scattered, the bias's, which every rank owns, summed.
  // CHECK-NEXT: %[[RA:.*]] = exec.collective reduce_scatter(%[[G2]]) by sum {{.*}}cause "unit a: reduce gradients"
  // CHECK-NEXT: %[[SB:.*]] = exec.collective all_reduce(%[[G3]]) by sum {{.*}}cause "unit a: sum gradients over replicas" placed (tensor<1xf32, #dist.sharding<{{\[}}[]], partial = ["dp_shard"]>>) -> tensor<1xf32> holds <gradients_in_flight> order <on reduce> {dims = array<i64: -1>, group_size = 2 : i64} : (tensor<1xf32>) -> tensor<1xf32>
  // CHECK-NEXT: exec.write %[[RA]], "a.weight"[#dist.part<gradient>]
  // CHECK-NEXT: exec.write %[[SB]], "a.bias"[#dist.part<gradient>]
  dist.accumulate %g3e, @a.bias cause "a" : tensor<1xf32, #dist.sharding<[[]], partial = ["dp_shard"]>>
  // Both uses of the table are in one placement: their gradients add before the reduction.
  // CHECK-NEXT: %[[G4:.*]] = exec.launch @table_grad(%[[G2]])
  %g4 = exec.launch @table_grad(%g2) : (tensor<4x4xf32>) -> tensor<5x4xf32>
  %g4e = exec.view %g4 : (tensor<5x4xf32>) -> tensor<5x4xf32, #dist.sharding<[[], []], partial = ["dp_shard"]>>
  // CHECK-NEXT: %[[G5:.*]] = exec.launch @accumulate_0(%[[G0]], %[[G4]]) holds <gradients_in_flight> order <on compute>
  // CHECK-NEXT: %[[RT:.*]] = exec.collective reduce_scatter(%[[G5]]) by sum {{.*}}cause "root: reduce gradients"{{.*}} : (tensor<5x4xf32>) -> tensor<3x4xf32>
  // CHECK-NEXT: exec.write %[[RT]], "table"[#dist.part<gradient>]
  dist.accumulate %g4e, @table cause "table" : tensor<5x4xf32, #dist.sharding<[[], []], partial = ["dp_shard"]>>
  return
}

// Several micro batches: gradients are added to the accumulators, those of replicas summed in the last, and cleared after the update has used them.
// MANY-LABEL: exec.section @micro repeat = 2
// MANY:       %[[R:.*]] = exec.collective reduce_scatter({{.*}}cause "unit b: reduce gradients"
// MANY-NEXT:  %[[OLD:.*]] = exec.read "b.weight"[#dist.part<gradient>] : tensor<2x4xf32>
// MANY-NEXT:  %[[NEW:.*]] = exec.launch @accumulate_{{.*}}(%[[OLD]], %[[R]]) holds <gradients_in_flight> order <on reduce>
// MANY-NEXT:  exec.write %[[NEW]], "b.weight"[#dist.part<gradient>]
// MANY-NOT:   sum gradients over replicas
// MANY-LABEL: exec.section @last repeat = 1
// MANY:       %[[BOLD:.*]] = exec.read "a.bias"[#dist.part<gradient>]
// MANY-NEXT:  %[[BNEW:.*]] = exec.launch @accumulate_{{.*}}(%[[BOLD]], %{{.*}}) holds <gradients_in_flight> order <on compute>
// MANY-NEXT:  %[[BSUM:.*]] = exec.collective all_reduce(%[[BNEW]]) {{.*}}sum gradients over replicas
// MANY:       exec.write %[[BSUM]], "a.bias"[#dist.part<gradient>]

// CHECK-LABEL: exec.section @update repeat = 1
// MANY-LABEL:  exec.section @update repeat = 1
func.func @update() {
  // CHECK-NEXT: %[[P:.*]] = exec.read "a.bias"[#dist.part<value>] : tensor<1xf32>
  // CHECK-NEXT: %[[G:.*]] = exec.read "a.bias"[#dist.part<gradient>] : tensor<1xf32>
  // CHECK-NEXT: %[[N:.*]] = exec.launch @apply(%[[P]], %[[G]])
  // CHECK-NEXT: exec.write %[[N]], "a.bias"[#dist.part<value>]
  // CHECK-NEXT: }
  // MANY:       exec.launch @apply
  // MANY-NEXT:  %[[Z:.*]] = exec.launch @zero_0()
  // MANY-NEXT:  exec.write %[[Z]], "a.bias"[#dist.part<gradient>]
  %p = dist.read @a.bias[value] : tensor<1xf32>
  %g = dist.read @a.bias[gradient] : tensor<1xf32, #dist.sharding<[[]], partial = ["dp_shard"]>>
  %gv = exec.view %g : (tensor<1xf32, #dist.sharding<[[]], partial = ["dp_shard"]>>) -> tensor<1xf32>
  %n = exec.launch @apply(%p, %gv) : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  dist.write %n, @a.bias[value] : tensor<1xf32>
  return
}

exec.kernel @apply(%x: tensor<1xf32>, %y: tensor<1xf32>) -> (tensor<1xf32>) rows = [] in_place = [0, 0] {
  exec.yield %x : tensor<1xf32>
}
