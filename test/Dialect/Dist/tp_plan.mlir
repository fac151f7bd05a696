// A tensor-parallel plan: styles by pattern, and where each was written.
// RUN: shard-opt %s | shard-opt | FileCheck %s

// CHECK: #[[LOC:.*]] = loc("plan.yaml":2:1)
// CHECK: module attributes {dist.tp_plan = #dist.tp_plan<[<"layers.*.up" = "colwise">, <"head" = "rowwise" at #[[LOC]]>]>}
module attributes {dist.tp_plan = #dist.tp_plan<[<"layers.*.up" = "colwise">, <"head" = "rowwise" at loc("plan.yaml":2:1)>]>} {
  // CHECK: module attributes {dist.tp_plan = #dist.tp_plan<[]>}
  module attributes {dist.tp_plan = #dist.tp_plan<[]>} {}
}
