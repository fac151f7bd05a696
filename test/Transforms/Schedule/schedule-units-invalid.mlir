// RUN: shard-opt %s --shardc-schedule-units --split-input-file --verify-diagnostics
// RUN: not shard-opt %s --shardc-schedule-units="reshard-after-forward=maybe" --split-input-file 2>&1 | FileCheck %s

// CHECK: reshard-after-forward must be true, false or auto, got maybe

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
