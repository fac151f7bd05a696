// RUN: shard-opt %s --split-input-file --verify-diagnostics

// expected-note@+1 {{declared here}}
func.func @unshard_c1() {
  // expected-error@+1 {{'dist.unshard' op @unshard_c1 must be a dist.parameter}}
  %0 = dist.unshard @unshard_c1 cause "" : tensor<f32>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<10x6xf32> stored <[["tp", "dp"] : 10, []]> unit "" init "normal"
func.func @unshard_c2() {
  // expected-error@+1 {{'dist.unshard' op type must be 'tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []], copied = ["dp"]>>', got 'tensor<2x6xf32, #dist.sharding<[["tp"] : 10, []], copied = ["dp"]>>'}}
  %0 = dist.unshard @w cause "" : tensor<2x6xf32, #dist.sharding<[["tp"] : 10, []], copied = ["dp"]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<10x6xf32> stored <[["tp", "dp"] : 10, []]> unit "" init "normal"
func.func @unshard_c2() {
  // expected-error@+1 {{'dist.unshard' op type must be a part of 'tensor<10x6xf32>', got 'tensor<10xf32>'}}
  %0 = dist.unshard @w cause "" : tensor<10xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<10x6xf32> stored <[["tp", "dp"] : 10, []]> unit "" init "normal"
func.func @unshard_c2() {
  // expected-error@+1 {{'dist.unshard' op type must be 'tensor<10x6xf32>' where the placement is yet to come, got 'tensor<3x6xf32>'}}
  %0 = dist.unshard @w computed <[["tp"] : 10, []]> cause "" : tensor<3x6xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<10x6xf32> stored <[["tp", "dp"] : 10, []]> unit "" init "normal"
func.func @unshard_c3() {
  // expected-error@+1 {{'dist.unshard' op changes "dp" from S to R}}
  %0 = dist.unshard @w cause "" : tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<10x6xf32> stored <[["tp", "dp"] : 10, []]> unit "" init "normal"
func.func @unshard_c3() {
  // expected-error@+1 {{'dist.unshard' op changes "dp" from S to P}}
  %0 = dist.unshard @w computed <[["tp"] : 10, []], partial = ["dp"]> cause "" : tensor<10x6xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<10x6xf32> stored <[["tp", "dp"] : 10, []]> unit "" init "normal"
func.func @unshard_c3() {
  // expected-error@+1 {{'dist.unshard' op changes "tp" from dimension 0 to dimension 1}}
  %0 = dist.unshard @w computed <[[], ["tp"] : 6], copied = ["dp"]> cause "" : tensor<10x6xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<10x6xf32> stored <[["tp", "dp"] : 10, []]> unit "" init "normal"
func.func @unshard_c3() {
  // expected-error@+1 {{'dist.unshard' op axes of dimension 0 must be the major ones of the stored placement}}
  %0 = dist.unshard @w computed <[["dp"] : 10, []], copied = ["tp"]> cause "" : tensor<10x6xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<10x6xf32> stored <[["tp", "dp"] : 10, []]> parked <f32, <[["tp"] : 10, []], copied = ["dp"]>> unit "" init "normal"
func.func @unshard_c3() {
  // expected-error@+1 {{'dist.unshard' op changes "dp" from C to S}}
  %0 = dist.unshard @w computed <[["tp", "dp"] : 10, []]> cause "" : tensor<10x6xf32>
  return
}

// -----

dist.mesh ["dp" = 2]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<10xf32> stored <[["dp"] : 10]> parked <bf16, <[[]], copied = ["dp"]>> unit "" init "normal"
func.func @unshard_c4() {
  // expected-error@+1 {{'dist.unshard' op must be of floats no wider than 'bf16', which the parameter is parked in, got 'f32'}}
  %0 = dist.unshard @w cause "" : tensor<10xf32, #dist.sharding<[[]], copied = ["dp"]>>
  return
}
