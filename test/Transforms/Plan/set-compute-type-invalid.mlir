// RUN: shard-opt %s --shardc-set-settings="set=precision.param_dtype=bfloat16" --shardc-set-compute-type --split-input-file --verify-diagnostics

dist.mesh ["dp_shard" = 2]
dist.parameter @norm : tensor<8xf32> stored #dist.sharding<[["dp_shard"] : 8]> unit "" init "ones"
func.func @forward(%count: tensor<8xi32>) -> (tensor<8xf32>, tensor<f32>) {
  %n = dist.unshard @norm computed #dist.sharding<[[]], copied = ["dp_shard"]> cause "norm" : tensor<8xf32>
  %c = nn.count %count : (tensor<8xi32>) -> tensor<f32>
  %0 = call @twice(%n) : (tensor<8xf32>) -> tensor<8xf32>
  %b = nn.broadcast %c : (tensor<f32>) -> tensor<8xf32>
  // expected-error@below {{calls @twice with a value of type 'tensor<8xf32>', and another call with one of type 'tensor<8xbf16>'}}
  %1 = call @twice(%b) : (tensor<8xf32>) -> tensor<8xf32>
  return %1, %c : tensor<8xf32>, tensor<f32>
}
func.func private @twice(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = nn.scale %x by 2.0 : tensor<8xf32>
  return %0 : tensor<8xf32>
}

// -----

// expected-error@below {{has no function @forward}}
module {}
