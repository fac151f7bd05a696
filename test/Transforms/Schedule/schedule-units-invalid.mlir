// RUN: shard-opt %s --shardc-schedule-units --split-input-file --verify-diagnostics

dist.mesh ["dp" = 2]
// expected-error@+1 {{function @evaluate is no section: only @micro and @update are}}
func.func @evaluate() {
  return
}

// -----

// expected-error@+1 {{there is no dist.mesh}}
module {
}

// -----

dist.mesh ["dp" = 2]
func.func @micro() {
  // expected-error@+1 {{is no task; group comes first}}
  %0 = tensor.empty() : tensor<f32>
  return
}

// -----

// Ten rows are five on each of two ranks, which two do not divide.
dist.mesh ["dp" = 2, "cp" = 2]
dist.parameter @w : tensor<10xf32> stored <[["dp", "cp"] : 10]> unit "" init "ones"
func.func @micro() {
  // expected-error@+1 {{a dimension that axis "cp" divides unevenly after another axis is not supported yet}}
  %0 = dist.unshard @w cause "" : tensor<10xf32, #dist.sharding<[[]], copied = ["cp", "dp"]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 2]
dist.parameter @w : tensor<4x4xf32> stored <[["dp"] : 4, ["tp"] : 4]> unit "" init "normal"
func.func @micro() {
  // expected-error@+1 {{a parameter that is gathered along two dimensions is not supported yet}}
  %0 = dist.unshard @w cause "" : tensor<4x4xf32, #dist.sharding<[[], []], copied = ["dp", "tp"]>>
  return
}

// -----

// What a chain may say, and no section is built for yet.
dist.mesh ["dp" = 2]
// expected-error@+1 {{'dist.parameter' op that is resident or held other than it is stored is not supported yet}}
dist.parameter @w : tensor<4xf32> stored <[["dp"] : 4]> resident <f32, <[[]], copied = ["dp"]>> unit "" init "ones"
func.func @micro() {
  %0 = dist.unshard @w cause "" : tensor<4xf32, #dist.sharding<[[]], copied = ["dp"]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 2]
dist.parameter @w : tensor<4xf32> stored <[["dp", "tp"] : 4]> parked <f32, <[["dp"] : 4], copied = ["tp"]>> unit "" init "ones"
func.func @micro() {
  // expected-error@+1 {{'dist.unshard' op of a parameter that is parked neither as it is held nor as it is computed is not supported yet}}
  %0 = dist.unshard @w cause "" : tensor<4xf32, #dist.sharding<[[]], copied = ["dp", "tp"]>>
  return
}

// -----

dist.mesh ["dp" = 2]
// expected-error@+1 {{'dist.parameter' op whose gradient is scattered once a step and not in every micro batch is not supported yet}}
dist.parameter @w : tensor<4xf32> stored <[["dp"] : 4]> accumulator <f32, <[[]], partial = ["dp"]>> unit "" init "ones"
func.func @micro(%0: tensor<4xf32, #dist.sharding<[[]], partial = ["dp"]>>) {
  dist.accumulate %0, @w cause "" : tensor<4xf32, #dist.sharding<[[]], partial = ["dp"]>>
  return
}

// -----

dist.mesh ["dp" = 2]
// expected-error@+1 {{'dist.parameter' op whose accumulator is 'bf16' and that is stored in 'f32' is not supported yet}}
dist.parameter @w : tensor<4xf32> stored <[[]]> accumulator <bf16, <[[]], partial = ["dp"]>> unit "" init "ones"
func.func @micro(%0: tensor<4xbf16, #dist.sharding<[[]], partial = ["dp"]>>) {
  dist.accumulate %0, @w cause "" : tensor<4xbf16, #dist.sharding<[[]], partial = ["dp"]>>
  return
}

// -----

dist.mesh ["dp" = 2]
dist.parameter @w : tensor<4xf32> stored <[[]]> unit "" init "ones"
func.func @micro(%0: tensor<4xf32, #dist.sharding<[[]], partial = ["dp"]>>) {
  // expected-error@+1 {{'dist.accumulate' op a gradient that is P on "dp" and accumulated R, so summed over replicas in every micro batch, is not supported yet}}
  dist.accumulate %0, @w cause "" : tensor<4xf32, #dist.sharding<[[]], partial = ["dp"]>>
  return
}
