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
