// RUN: shard-opt %s --shardc-plan-chains --split-input-file --verify-diagnostics


// expected-error@+1 {{has no function @forward}}
module {
}

// -----

dist.mesh ["dp" = 2]
dist.parameter @w : tensor<4xf32> stored <[["dp"] : 4]> unit "" init "ones"
func.func @forward() {
  // expected-error@+1 {{'dist.unshard' op has no computed placement, so its parameter's chain cannot be planned}}
  %0 = dist.unshard @w cause "" : tensor<4xf32, #dist.sharding<[[]], copied = ["dp"]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 2]
dist.parameter @w : tensor<4xf32> stored <[["tp", "dp"] : 4]> unit "" init "ones"
func.func @forward() {
  // expected-note@+1 {{another use is #dist.stage<f32, <[["tp"] : 4], copied = ["dp"]>>}}
  %0 = dist.unshard @w computed <[["tp"] : 4], copied = ["dp"]> cause "" : tensor<4xf32>
  // expected-error@+1 {{a parameter that is kept for the backward pass and computed in two ways is not supported yet: this use is #dist.stage<f32, <[[]], copied = ["dp", "tp"]>>}}
  %1 = dist.unshard @w computed <[[]], copied = ["dp", "tp"]> cause "" : tensor<4xf32>
  return
}
