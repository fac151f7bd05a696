// Attributes of functions, their arguments, and modules.
// RUN: shard-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{dist.input of operand 0 must be a name, got 1 : i64}}
func.func @forward(%tokens: tensor<4x2xi32> {dist.input = 1}) {
  return
}

// -----

// expected-error@+1 {{dist.placement of operand 0 must be a #dist.sharding, got "tp"}}
func.func @forward(%tokens: tensor<4x2xi32> {dist.placement = "tp"}) {
  return
}

// -----

// expected-error@+1 {{dist.parameter of operand 0 is a mark, got "weight"}}
func.func private @forward.Layer(%weight: tensor<4x2xf32> {dist.parameter = "weight"}) {
  return
}

// -----

// expected-error@+1 {{dist.tp_plan must be #dist.tp_plan of a module, got "colwise" on builtin.module}}
module attributes {dist.tp_plan = "colwise"} {}
