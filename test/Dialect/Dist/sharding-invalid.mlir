// RUN: shard-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{axis "tp" occurs more than once}}
func.func private @twice(tensor<4xf32, #dist.sharding<[["tp"] : 8], copied = ["tp"]>>)

// -----

// expected-error@+1 {{dimension 0 is sharded and its global size must be positive, got 0}}
func.func private @without_size(tensor<4xf32, #dist.sharding<[["tp"]]>>)

// -----

// expected-error@+1 {{dimension 0 is not sharded and must have no global size, got 8}}
func.func private @needless_size(tensor<4xf32, #dist.sharding<[[] : 8]>>)

// -----

// expected-error@+1 {{an axis must be a name, got ""}}
func.func private @nameless(tensor<4xf32, #dist.sharding<[[""] : 8]>>)

// -----

// expected-error@+1 {{sharding of rank 2 on a tensor of rank 1}}
func.func private @rank(tensor<4xf32, #dist.sharding<[[], []]>>)

// -----

// expected-error@+1 {{expected 'partial'}}
func.func private @keyword(tensor<4xf32, #dist.sharding<[[]], summed = ["tp"]>>)
