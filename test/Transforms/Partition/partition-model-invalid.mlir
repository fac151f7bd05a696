// RUN: shard-opt %s --shardc-partition-model --split-input-file --verify-diagnostics

// Heads that the ranks do not divide. The error begins with the module that the operation stems from.
dist.mesh ["tp" = 4]
func.func @forward(%x: tensor<4x2x32xf32> {dist.placement = #dist.sharding<[[], [], ["tp"] : 32]>}) -> tensor<4x2x2x16xf32> {
  // expected-error@unknown {{model.layers.*.self_attn: the 2 parts (heads, in attention) of dimension 2, of size 32, cannot be split evenly over the 4 ranks of tp; choose a size of tp that divides 2, or a plan that does not shard this module}}
  %0 = nn.reshape %x "b t (h d) -> b t h d" : (tensor<4x2x32xf32>) -> tensor<4x2x2x16xf32> loc("model.layers.*.self_attn")
  return %0 : tensor<4x2x2x16xf32>
}

// -----

// A contracted size that the ranks do not divide, over two axes.
dist.mesh ["dp_shard" = 2, "tp" = 3]
func.func @forward(%x: tensor<4x2x176xf32>, %w: tensor<8x176xf32> {dist.parameter, dist.placement = #dist.sharding<[[], ["tp", "dp_shard"] : 176]>}) -> tensor<4x2x8xf32> {
  // expected-error@+1 {{a dimension of size 176 that is summed over cannot be split evenly over the 6 ranks of tp x dp_shard; choose a size of tp x dp_shard that divides 176, or a plan that does not shard this module}}
  %0 = nn.linear %x, %w : (tensor<4x2x176xf32>, tensor<8x176xf32>) -> tensor<4x2x8xf32>
  return %0 : tensor<4x2x8xf32>
}

// -----

// An operation that says nothing about its dimensions.
dist.mesh ["tp" = 2]
func.func @forward(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  // expected-error@+1 {{'math.absf' op has no sharding rule, so it cannot be partitioned}}
  %0 = math.absf %x : tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}

// -----

// expected-error@+1 {{has no dist.mesh}}
module {
  func.func @forward(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
    return %x : tensor<4x2xf32>
  }
}

// -----

// expected-error@+1 {{has no function @forward}}
module {
  dist.mesh ["tp" = 2]
  func.func @backward(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
    return %x : tensor<4x2xf32>
  }
}

// -----

// A call of what is not there to be partitioned.
dist.mesh ["tp" = 2]
func.func @forward(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  // expected-error@+1 {{calls @declared, which has no body}}
  %0 = call @declared(%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}
func.func private @declared(tensor<4x2xf32>) -> tensor<4x2xf32>

// -----

// Functions that call themselves have no end.
dist.mesh ["tp" = 2]
func.func @forward(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %0 = call @forward.Loop(%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}
func.func private @forward.Loop(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  // expected-error@+1 {{calls @forward.Loop within itself}}
  %0 = call @forward.Loop(%x) : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}

// -----

// A parameter before its placement is known to be one.
dist.mesh ["tp" = 2]
dist.parameter @w : tensor<8xf32> stored <[[]]> unit "" init "ones"
func.func @forward() -> tensor<8xf32> {
  // expected-error@+1 {{'dist.unshard' op has no computed placement, so it cannot be partitioned}}
  %0 = dist.unshard @w cause "w" : tensor<8xf32>
  return %0 : tensor<8xf32>
}

// -----

dist.mesh ["tp" = 2]
// expected-error@+1 {{must take tensors, got 'index'}}
func.func @forward(%i: index) {
  return
}
