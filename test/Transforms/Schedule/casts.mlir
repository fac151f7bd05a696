// RUN: shard-opt %s --shardc-schedule-units | FileCheck %s
// RUN: shard-opt %s --shardc-set-settings="set=train.accumulation=3" --shardc-schedule-units | FileCheck %s --check-prefix=MANY
// RUN: shard-opt %s --shardc-schedule-units --shardc-schedule-streams | FileCheck %s --check-prefix=STREAMS

// Parameters are stored in float32 and computed in bfloat16: a shard is cast, then gathered, so that half the bytes move; what every rank has whole is cast
// alone. The weight's gradient is reduced in float32, the bias's in bfloat16; what they are added to is float32.
dist.mesh ["dp_shard" = 2]
// CHECK: exec.state "weight"[#dist.part<value>] : tensor<2x4xf32> kind parameters
// CHECK: exec.state "bias"[#dist.part<value>] : tensor<4xf32> kind parameters
// CHECK: exec.state "weight"[#dist.part<gradient>] : tensor<2x4xf32> kind gradients
// CHECK: exec.state "bias"[#dist.part<gradient>] : tensor<4xf32> kind gradients
dist.parameter @weight : tensor<4x4xf32> stored <[["dp_shard"] : 4, []]> parked <bf16, <[[], []], copied = ["dp_shard"]>> unit "" init "normal"
dist.parameter @bias : tensor<4xf32> stored <[[]]> parked <bf16, <[[]], copied = ["dp_shard"]>> accumulator <f32, <[[]], partial = ["dp_shard"]>> reduced in bf16 unit "" init "zeros"
dist.state @tokens : tensor<4x4xbf16> kind input

exec.kernel @layer(%x: tensor<4x4xbf16>, %w: tensor<4x4xbf16>, %b: tensor<4xbf16>) -> (tensor<4x4xf32>, tensor<4xbf16>) rows = [] in_place = [] {
  %0 = tensor.empty() : tensor<4x4xf32>
  exec.yield %0, %b : tensor<4x4xf32>, tensor<4xbf16>
}
// CHECK: exec.kernel @[[$SHARD:cast_.*]](%{{.*}}: tensor<2x4xf32>) -> (tensor<2x4xbf16>) rows = [2]
// CHECK: arith.truncf

// CHECK-LABEL: exec.section @last repeat = 1
// STREAMS-LABEL: exec.section @last repeat = 1
func.func @micro() {
  // CHECK:      %[[WS:.*]] = exec.read "weight"[#dist.part<value>] : tensor<2x4xf32>
  // CHECK-NEXT: %[[WC:.*]] = exec.launch @[[$SHARD]](%[[WS]]) holds <gathered_parameters> order <on gather> : (tensor<2x4xf32>) -> tensor<2x4xbf16>
  // CHECK-NEXT: %[[W:.*]] = exec.collective all_gather(%[[WC]]) {{.*}} : (tensor<2x4xbf16>) -> tensor<4x4xbf16>
  // CHECK-NEXT: %[[BS:.*]] = exec.read "bias"[#dist.part<value>] : tensor<4xf32>
  // CHECK-NEXT: %[[B:.*]] = exec.launch @cast_{{.*}}(%[[BS]]) holds <gathered_parameters> order <on gather> : (tensor<4xf32>) -> tensor<4xbf16>
  // STREAMS:    exec.launch @layer({{.*}} after [2]>
  exec.phase forward
  %tokens = dist.read @tokens : tensor<4x4xbf16>
  %w = dist.unshard @weight cause "w" : tensor<4x4xbf16, #dist.sharding<[[], []], copied = ["dp_shard"]>>
  %wv = exec.view %w : (tensor<4x4xbf16, #dist.sharding<[[], []], copied = ["dp_shard"]>>) -> tensor<4x4xbf16>
  %b = dist.unshard @bias cause "b" : tensor<4xbf16, #dist.sharding<[[]], copied = ["dp_shard"]>>
  %bv = exec.view %b : (tensor<4xbf16, #dist.sharding<[[]], copied = ["dp_shard"]>>) -> tensor<4xbf16>
  // CHECK:      %[[G:.*]]:2 = exec.launch @layer(%{{.*}}, %[[W]], %[[B]])
  %dw, %db = exec.launch @layer(%tokens, %wv, %bv) : (tensor<4x4xbf16>, tensor<4x4xbf16>, tensor<4xbf16>) -> (tensor<4x4xf32>, tensor<4xbf16>)
  exec.phase backward
  // CHECK:      %[[DW:.*]] = exec.collective reduce_scatter(%[[G]]#0) by sum {{.*}} : (tensor<4x4xf32>) -> tensor<2x4xf32>
  // CHECK-NEXT: %[[DB:.*]] = exec.launch @cast_{{.*}}(%[[G]]#1) {{.*}} : (tensor<4xbf16>) -> tensor<4xf32>
  // CHECK-NEXT: %[[NARROW:.*]] = exec.launch @cast_{{.*}}(%[[DB]]) holds <gradients_in_flight> order <on reduce> : (tensor<4xf32>) -> tensor<4xbf16>
  // CHECK-NEXT: %[[SUM:.*]] = exec.collective all_reduce(%[[NARROW]]) by sum {{.*}} : (tensor<4xbf16>) -> tensor<4xbf16>
  // CHECK-NEXT: %[[WIDE:.*]] = exec.launch @cast_{{.*}}(%[[SUM]]) holds <gradients_in_flight> order <on reduce> : (tensor<4xbf16>) -> tensor<4xf32>
  // CHECK-NEXT: exec.write %[[DW]], "weight"[#dist.part<gradient>]
  // CHECK-NEXT: exec.write %[[WIDE]], "bias"[#dist.part<gradient>]
  %dwe = exec.view %dw : (tensor<4x4xf32>) -> tensor<4x4xf32, #dist.sharding<[[], []], partial = ["dp_shard"]>>
  dist.accumulate %dwe, @weight cause "w" : tensor<4x4xf32, #dist.sharding<[[], []], partial = ["dp_shard"]>>
  %dbe = exec.view %db : (tensor<4xbf16>) -> tensor<4xbf16, #dist.sharding<[[]], partial = ["dp_shard"]>>
  dist.accumulate %dbe, @bias cause "b" : tensor<4xbf16, #dist.sharding<[[]], partial = ["dp_shard"]>>
  return
}

// A narrow gradient is widened as it is added.
// MANY:      exec.kernel @[[$ADD:accumulate_.*]](%{{.*}}: tensor<4xf32>, %{{.*}}: tensor<4xbf16>) -> (tensor<4xf32>)
// MANY:      arith.extf
// MANY-LABEL: exec.section @micro repeat = 2
// MANY:      %[[OLD:.*]] = exec.read "bias"[#dist.part<gradient>] : tensor<4xf32>
// MANY-NEXT: %[[NEW:.*]] = exec.launch @[[$ADD]](%[[OLD]], %{{.*}}) order <on compute>
// MANY-NEXT: exec.write
// MANY-NEXT: exec.write %[[NEW]], "bias"[#dist.part<gradient>]
