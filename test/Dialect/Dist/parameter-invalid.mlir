// RUN: shard-opt %s --split-input-file --verify-diagnostics
dist.mesh ["dp" = 2, "tp" = 4]
// expected-error@+1 {{'dist.parameter' op stored placement must be R or S on each axis, got #dist.sharding<[[]], copied = ["dp"]>}}
dist.parameter @parameter_c1 : tensor<64xf32> stored <[[]], copied = ["dp"]> unit "" init "ones"

// -----

// expected-note@+1 {{mesh declared here}}
dist.mesh ["dp" = 2]
// expected-error@+1 {{'dist.parameter' op mesh has no axis "tp"}}
dist.parameter @parameter_c1 : tensor<64xf32> stored <[["tp"] : 64]> unit "" init "ones"

// -----

// expected-error@+1 {{'dist.parameter' op needs a dist.mesh in its module}}
dist.parameter @parameter_c1 : tensor<64xf32> stored <[["tp"] : 64]> unit "" init "ones"

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-error@+1 {{'dist.parameter' op stored placement must give dimension 0 size 64, got 32}}
dist.parameter @parameter_c2 : tensor<64xf32> stored <[["dp"] : 32]> unit "" init "ones"

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-error@+1 {{'dist.parameter' op stored placement must have rank 2, got 1}}
dist.parameter @parameter_c2 : tensor<64x2xf32> stored <[["dp"] : 64]> unit "" init "ones"

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-error@+1 {{'dist.parameter' op must have tensor, tensor_dim, tensor_at and tensor_size or none of them, got 1 of them}}
dist.parameter @parameter_c3 : tensor<64x2xf32> stored <[[], []]> unit "" init "ones" {tensor = "both"}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-error@+1 {{'dist.parameter' op tensor_dim must be a dimension of 'tensor<64x2xf32>', got 2}}
dist.parameter @parameter_c3 : tensor<64x2xf32> stored <[[], []]> unit "" init "ones" {tensor = "both", tensor_dim = 2, tensor_at = 0, tensor_size = 64}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-error@+1 {{'dist.parameter' op must lie within the 96 of both, got 64 at 64}}
dist.parameter @parameter_c3 : tensor<64x2xf32> stored <[[], []]> unit "" init "ones" {tensor = "both", tensor_dim = 0, tensor_at = 64, tensor_size = 96}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-error@+1 {{'dist.parameter' op must lie within the 96 of both, got 64 at 9223372036854775807}}
dist.parameter @parameter_c3 : tensor<64x2xf32> stored <[[], []]> unit "" init "ones" {tensor = "both", tensor_dim = 0, tensor_at = 9223372036854775807, tensor_size = 96}

// -----

dist.mesh ["dp" = 2]
// expected-error@+1 {{'dist.parameter' op attribute 'type' failed to satisfy constraint: type attribute of statically shaped tensor of 32-bit float or 64-bit float values}}
dist.parameter @stored_wide : tensor<64xbf16> stored <[[]]> unit "" init "ones"

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-error@+1 {{'dist.parameter' op parked placement changes "dp" from S to R, which no gather does}}
dist.parameter @parameter_c4 : tensor<64xf32> stored <[["dp"] : 64]> parked <f32, <[[]]>> unit "" init "ones"

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-error@+1 {{'dist.parameter' op held placement changes "dp" from C to S, which no gather does}}
dist.parameter @parameter_c4 : tensor<64xf32> stored <[["dp"] : 64]> resident <f32, <[[]], copied = ["dp"]>> held <f32, <[["dp"] : 64]>> unit "" init "ones"

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-error@+1 {{'dist.parameter' op parked placement changes "dp" from dimension 0 to dimension 1, which no gather does}}
dist.parameter @parameter_c4 : tensor<64x4xf32> stored <[["dp"] : 64, []]> parked <f32, <[[], ["dp"] : 4]>> unit "" init "ones"

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-error@+1 {{'dist.parameter' op parked placement axes of dimension 0 must be the major ones of the stored placement, which no gather does}}
dist.parameter @parameter_c4 : tensor<64xf32> stored <[["tp", "dp"] : 64]> parked <f32, <[["dp"] : 64], copied = ["tp"]>> unit "" init "ones"

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-error@+1 {{'dist.parameter' op parked must be of floats no wider than 'bf16', got 'f32'}}
dist.parameter @parameter_c4 : tensor<64xf32> stored <[["dp"] : 64]> held <bf16, <[["dp"] : 64]>> parked <f32, <[[]], copied = ["dp"]>> unit "" init "ones"

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-error@+1 {{'dist.parameter' op parked must be of floats no wider than 'f32', got 'i32'}}
dist.parameter @parameter_c4 : tensor<64xf32> stored <[["dp"] : 64]> parked <i32, <[[]], copied = ["dp"]>> unit "" init "ones"

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-error@+1 {{'dist.parameter' op parked placement must have rank 1, got 2}}
dist.parameter @parameter_c4 : tensor<64xf32> stored <[["dp"] : 64]> parked <f32, <[[], []], copied = ["dp"]>> unit "" init "ones"

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-error@+1 {{'dist.parameter' op accumulator placement changes "dp" from R to S on the way to the stored one, which no sum over ranks does}}
dist.parameter @parameter_c5 : tensor<64xf32> stored <[["dp"] : 64]> accumulator <f32, <[[]]>> unit "" init "ones"

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-error@+1 {{'dist.parameter' op accumulator placement changes "dp" from C to R on the way to the stored one, which no sum over ranks does}}
dist.parameter @parameter_c5 : tensor<64xf32> stored <[[]]> accumulator <f32, <[[]], copied = ["dp"]>> unit "" init "ones"

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-error@+1 {{'dist.parameter' op accumulator placement changes "dp" from dimension 1 to dimension 0 on the way to the stored one, which no sum over ranks does}}
dist.parameter @parameter_c5 : tensor<64x4xf32> stored <[["dp"] : 64, []]> accumulator <f32, <[[], ["dp"] : 4]>> unit "" init "ones"

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-error@+1 {{'dist.parameter' op accumulator placement axes of dimension 0 must be the major ones of what it is summed to on the way to the stored one, which no sum over ranks does}}
dist.parameter @parameter_c5 : tensor<64xf32> stored <[["tp", "dp"] : 64]> accumulator <f32, <[["dp"] : 64], partial = ["tp"]>> unit "" init "ones"

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-error@+1 {{'dist.parameter' op accumulator must be of floats, got 'i32'}}
dist.parameter @parameter_c5 : tensor<64xf32> stored <[["dp"] : 64]> accumulator <i32, <[["dp"] : 64]>> unit "" init "ones"

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-error@+1 {{'dist.parameter' op what gradients are reduced in must be of floats no wider than 'bf16', got 'f32'}}
dist.parameter @parameter_c6 : tensor<64xf32> stored <[["dp"] : 64]> accumulator <bf16, <[["dp"] : 64]>> reduced in f32 unit "" init "ones"
