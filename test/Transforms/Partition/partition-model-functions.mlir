// RUN: shard-opt %s --shardc-partition-model --shardc-verify-placements --split-input-file | FileCheck %s

// One local function for each set of operand placements. What is partial is reduced before a call, and before a return.
dist.mesh ["tp" = 2]
func.func @forward(%x: tensor<4x2x8xf32>, %w: tensor<8x8xf32> {dist.parameter, dist.placement = #dist.sharding<[[], ["tp"] : 8]>}) -> tensor<4x2x8xf32> {
  %0 = call @forward.Layer(%x, %w) : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
  %1 = call @forward.Layer(%0, %w) : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
  %2 = nn.linear %1, %w : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
  %3 = call @forward.Layer(%2, %w) : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
  %4 = dist.reshard %3 to dim 0 over ["tp"] cause "sequence" : tensor<4x2x8xf32>
  %5 = call @forward.Layer(%4, %w) : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
  return %5 : tensor<4x2x8xf32>
}
func.func private @forward.Layer(%x: tensor<4x2x8xf32>, %w: tensor<8x8xf32> {dist.parameter}) -> tensor<4x2x8xf32> {
  %0 = nn.linear %x, %w : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
  return %0 : tensor<4x2x8xf32>
}

// CHECK-LABEL: func.func @forward(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x2x8xf32>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<8x4xf32, #dist.sharding<{{\[}}[], ["tp"] : 8]>>
// CHECK-NEXT: %[[V0:.*]] = call @forward.Layer(%[[A0]], %[[A1]]) : {{.*}} -> tensor<4x2x8xf32>
// CHECK-NEXT: %[[V1:.*]] = call @forward.Layer(%[[V0]], %[[A1]]) : {{.*}} -> tensor<4x2x8xf32>
// CHECK-NEXT: %[[V2:.*]] = dist.slice %[[V1]] over ["tp"] dim = 2 cause "linear" : {{.*}} -> tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>
// CHECK-NEXT: %[[V3:.*]] = nn.linear %[[V2]], %[[A1]] : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], partial = ["tp"]>>
// CHECK-NEXT: %[[V4:.*]] = dist.all_reduce %[[V3]] over ["tp"] cause "call" : {{.*}} -> tensor<4x2x8xf32>
// CHECK-NEXT: %[[V5:.*]] = call @forward.Layer(%[[V4]], %[[A1]]) : {{.*}} -> tensor<4x2x8xf32>
// CHECK-NEXT: %[[V6:.*]] = dist.slice %[[V5]] over ["tp"] dim = 0 cause "sequence" : {{.*}} -> tensor<2x2x8xf32, #dist.sharding<{{\[}}["tp"] : 4, [], []]>>
// CHECK-NEXT: %[[V7:.*]] = call @forward.Layer.1(%[[V6]], %[[A1]]) : {{.*}} -> tensor<4x2x8xf32>
// CHECK-NEXT: return %[[V7]]
// CHECK-LABEL: func.func private @forward.Layer(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x2x8xf32>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<8x4xf32, #dist.sharding<{{\[}}[], ["tp"] : 8]>>
// CHECK-NEXT: %[[V0:.*]] = dist.slice %[[A0]] over ["tp"] dim = 2 cause "linear" : {{.*}} -> tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>
// CHECK-NEXT: %[[V1:.*]] = nn.linear %[[V0]], %[[A1]] : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], partial = ["tp"]>>
// CHECK-NEXT: %[[V2:.*]] = dist.all_reduce %[[V1]] over ["tp"] cause "return" : {{.*}} -> tensor<4x2x8xf32>
// CHECK-NEXT: return %[[V2]]
// CHECK-LABEL: func.func private @forward.Layer.1(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<2x2x8xf32, #dist.sharding<{{\[}}["tp"] : 4, [], []]>>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<8x4xf32, #dist.sharding<{{\[}}[], ["tp"] : 8]>>
// CHECK-NEXT: %[[V0:.*]] = dist.all_gather %[[A0]] over ["tp"] dim = 0 cause "linear" : {{.*}} -> tensor<4x2x8xf32>
// CHECK-NEXT: %[[V1:.*]] = dist.slice %[[V0]] over ["tp"] dim = 2 cause "linear" : {{.*}} -> tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>
// CHECK-NEXT: %[[V2:.*]] = nn.linear %[[V1]], %[[A1]] : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], partial = ["tp"]>>
// CHECK-NEXT: %[[V3:.*]] = dist.all_reduce %[[V2]] over ["tp"] cause "return" : {{.*}} -> tensor<4x2x8xf32>
// CHECK-NEXT: return %[[V3]]

// -----

// A norm of heads: its weight is stored in R along tp and used in C. The vary ends in the unshard, before the gather; the function takes it copied.
dist.mesh ["dp_shard" = 2, "tp" = 2]
dist.parameter @layers.0.norm.weight : tensor<8xf32> stored <[["dp_shard"] : 8]> unit "layers.0" init "ones"
dist.parameter @layers.1.norm.weight : tensor<8xf32> stored <[["dp_shard"] : 8]> unit "layers.1" init "ones"
func.func @forward(%x: tensor<4x2x4x8xf32> {dist.placement = #dist.sharding<[["dp_shard"] : 4, [], ["tp"] : 4, []]>}, %cos: tensor<4x2x4xf32> {dist.placement = #dist.sharding<[["dp_shard"] : 4, [], []]>}) -> tensor<4x2x4x8xf32> {
  %w0 = dist.unshard @layers.0.norm.weight computed <[[]], copied = ["dp_shard"]> cause "layers.0.norm.weight" : tensor<8xf32>
  %0 = call @forward.Layer(%x, %cos, %w0) : (tensor<4x2x4x8xf32>, tensor<4x2x4xf32>, tensor<8xf32>) -> tensor<4x2x4x8xf32>
  %w1 = dist.unshard @layers.1.norm.weight computed <[[]], copied = ["dp_shard"]> cause "layers.1.norm.weight" : tensor<8xf32>
  %1 = call @forward.Layer(%0, %cos, %w1) : (tensor<4x2x4x8xf32>, tensor<4x2x4xf32>, tensor<8xf32>) -> tensor<4x2x4x8xf32>
  return %1 : tensor<4x2x4x8xf32>
}
func.func private @forward.Layer(%x: tensor<4x2x4x8xf32>, %cos: tensor<4x2x4xf32>, %w: tensor<8xf32> {dist.parameter}) -> tensor<4x2x4x8xf32> {
  %0 = nn.rms_norm %x, %w epsilon = 1.0e-5 size = 8 : (tensor<4x2x4x8xf32>, tensor<8xf32>) -> tensor<4x2x4x8xf32>
  %1 = nn.rope %0, %cos, %cos : (tensor<4x2x4x8xf32>, tensor<4x2x4xf32>, tensor<4x2x4xf32>) -> tensor<4x2x4x8xf32>
  return %1 : tensor<4x2x4x8xf32>
}

// CHECK-LABEL: func.func @forward(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<2x2x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], ["tp"] : 4, []]>>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<2x2x4xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []]>>
// CHECK-NEXT: %[[V0:.*]] = dist.unshard @layers.0.norm.weight cause "layers.0.norm.weight" : tensor<8xf32, #dist.sharding<{{\[}}[]], copied = ["dp_shard", "tp"]>>
// CHECK-NEXT: %[[V1:.*]] = dist.vary %[[A1]] over ["tp"] cause "call" : {{.*}} -> tensor<2x2x4xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []], copied = ["tp"]>>
// CHECK-NEXT: %[[V2:.*]] = call @forward.Layer(%[[A0]], %[[V1]], %[[V0]]) : {{.*}} -> tensor<2x2x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], ["tp"] : 4, []]>>
// CHECK-NEXT: %[[V3:.*]] = dist.unshard @layers.1.norm.weight cause "layers.1.norm.weight" : tensor<8xf32, #dist.sharding<{{\[}}[]], copied = ["dp_shard", "tp"]>>
// CHECK-NEXT: %[[V4:.*]] = call @forward.Layer(%[[V2]], %[[V1]], %[[V3]]) : {{.*}} -> tensor<2x2x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], ["tp"] : 4, []]>>
// CHECK-NEXT: return %[[V4]]
// CHECK-LABEL: func.func private @forward.Layer(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<2x2x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], ["tp"] : 4, []]>>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<2x2x4xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []], copied = ["tp"]>>
// CHECK-SAME: %[[A2:[^ ]*]]: tensor<8xf32, #dist.sharding<{{\[}}[]], copied = ["dp_shard", "tp"]>>
// CHECK-NEXT: %[[V0:.*]] = nn.rms_norm %[[A0]], %[[A2]] epsilon = 1.000000e-05 size = 8 : {{.*}} -> tensor<2x2x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], ["tp"] : 4, []]>>
// CHECK-NEXT: %[[V1:.*]] = nn.rope %[[V0]], %[[A1]], %[[A1]] : {{.*}} -> tensor<2x2x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], ["tp"] : 4, []]>>
// CHECK-NEXT: return %[[V1]]

// -----

// An operand with another use than the vary stays as it is, and so does a parameter of the main function that is used whole.
dist.mesh ["tp" = 2]
dist.parameter @norm.weight : tensor<8xf32> stored <[[]]> unit "" init "ones"
func.func @forward(%x: tensor<4x2x8xf32>, %u: tensor<16x8xf32> {dist.parameter, dist.placement = #dist.sharding<[["tp"] : 16, []]>}) -> tensor<4x2x16xf32> {
  %w = dist.unshard @norm.weight computed <[[]]> cause "norm.weight" : tensor<8xf32>
  %0 = nn.rms_norm %x, %w epsilon = 1.0e-5 size = 8 : (tensor<4x2x8xf32>, tensor<8xf32>) -> tensor<4x2x8xf32>
  %1 = call @forward.Layer(%0, %u) : (tensor<4x2x8xf32>, tensor<16x8xf32>) -> tensor<4x2x16xf32>
  return %1 : tensor<4x2x16xf32>
}
func.func private @forward.Layer(%x: tensor<4x2x8xf32>, %u: tensor<16x8xf32> {dist.parameter}) -> tensor<4x2x16xf32> {
  %0 = nn.silu %x : tensor<4x2x8xf32>
  %1 = nn.add %x, %0 : (tensor<4x2x8xf32>, tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
  %2 = nn.linear %x, %u : (tensor<4x2x8xf32>, tensor<16x8xf32>) -> tensor<4x2x16xf32>
  %3 = nn.linear %1, %u : (tensor<4x2x8xf32>, tensor<16x8xf32>) -> tensor<4x2x16xf32>
  %4 = nn.add %2, %3 : (tensor<4x2x16xf32>, tensor<4x2x16xf32>) -> tensor<4x2x16xf32>
  return %4 : tensor<4x2x16xf32>
}

// CHECK-LABEL: func.func @forward(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x2x8xf32>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<8x8xf32, #dist.sharding<{{\[}}["tp"] : 16, []]>>
// CHECK-NEXT: %[[V0:.*]] = dist.unshard @norm.weight cause "norm.weight" : tensor<8xf32>
// CHECK-NEXT: %[[V1:.*]] = nn.rms_norm %[[A0]], %[[V0]] epsilon = 1.000000e-05 size = 8 : {{.*}} -> tensor<4x2x8xf32>
// CHECK-NEXT: %[[V2:.*]] = call @forward.Layer(%[[V1]], %[[A1]]) : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 16]>>
// CHECK-NEXT: return %[[V2]]
// CHECK-LABEL: func.func private @forward.Layer(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x2x8xf32>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<8x8xf32, #dist.sharding<{{\[}}["tp"] : 16, []]>>
// CHECK-NEXT: %[[V0:.*]] = nn.silu %[[A0]] : tensor<4x2x8xf32>
// CHECK-NEXT: %[[V1:.*]] = nn.add %[[A0]], %[[V0]] : {{.*}} -> tensor<4x2x8xf32>
// CHECK-NEXT: %[[V2:.*]] = dist.vary %[[A0]] over ["tp"] cause "linear" : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], copied = ["tp"]>>
// CHECK-NEXT: %[[V3:.*]] = nn.linear %[[V2]], %[[A1]] : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 16]>>
// CHECK-NEXT: %[[V4:.*]] = dist.vary %[[V1]] over ["tp"] cause "linear" : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], copied = ["tp"]>>
// CHECK-NEXT: %[[V5:.*]] = nn.linear %[[V4]], %[[A1]] : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 16]>>
// CHECK-NEXT: %[[V6:.*]] = nn.add %[[V3]], %[[V5]] : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 16]>>
// CHECK-NEXT: return %[[V6]]

// -----

// A parameter that one use takes as a copy, on parts of a sequence, and another as one value: it is a copy to both, and one value again for the latter, so that both gradients are sums over tp.
dist.mesh ["tp" = 2]
dist.parameter @table : tensor<16x8xf32> stored <[[], []]> unit "" init "normal"
func.func @forward(%ids: tensor<4x2xi32>, %x: tensor<4x2x8xf32> {dist.placement = #dist.sharding<[[], ["tp"] : 2, []]>}) -> (tensor<4x2x8xf32>, tensor<4x2x16xf32>) {
  %w = dist.unshard @table computed <[[], []]> cause "embed" : tensor<16x8xf32>
  %0 = nn.embedding %ids, %w : (tensor<4x2xi32>, tensor<16x8xf32>) -> tensor<4x2x8xf32>
  %v = dist.unshard @table computed <[[], []]> cause "head" : tensor<16x8xf32>
  %1 = nn.linear %x, %v : (tensor<4x2x8xf32>, tensor<16x8xf32>) -> tensor<4x2x16xf32>
  return %0, %1 : tensor<4x2x8xf32>, tensor<4x2x16xf32>
}

// CHECK-LABEL: func.func @forward(
// CHECK-NEXT: %[[W:.*]] = dist.unshard @table cause "embed" : tensor<16x8xf32, #dist.sharding<{{\[}}[], []], copied = ["tp"]>>
// CHECK-NEXT: %[[U:.*]] = dist.unify %[[W]] over ["tp"] cause "embed" : {{.*}} -> tensor<16x8xf32>
// CHECK-NEXT: nn.embedding %{{.*}}, %[[U]]
// CHECK-NEXT: %[[V:.*]] = dist.unshard @table cause "head" : tensor<16x8xf32, #dist.sharding<{{\[}}[], []], copied = ["tp"]>>
// CHECK-NEXT: nn.linear %{{.*}}, %[[V]]
