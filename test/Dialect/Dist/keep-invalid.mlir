// RUN: shard-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{dist.residual of result 1 must be #dist.residual<keep> or #dist.residual<recompute>, got "kept"}}
func.func private @layer(tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32> {dist.residual = "kept"})

// -----

// expected-error@+1 {{dist.checkpoint is a mark on a function, got "full" on func.func}}
func.func private @layer(tensor<4xf32>) -> tensor<4xf32> attributes {dist.checkpoint = "full"}

// -----

// expected-error@+1 {{dist.checkpoint is a mark on a function, got unit on builtin.module}}
module attributes {dist.checkpoint} {
}
