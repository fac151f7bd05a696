// RUN: shard-opt %s --shardc-partition-model --shardc-verify-placements --split-input-file | FileCheck %s

// Three column-wise uses of one value share a vary; the row-wise border reduces.
dist.mesh ["dp_shard" = 2, "tp" = 2]
func.func @forward(%x: tensor<4x2x8xf32> {dist.placement = #dist.sharding<[["dp_shard"] : 4, [], []]>},
                   %q: tensor<8x8xf32> {dist.parameter, dist.placement = #dist.sharding<[["tp"] : 8, []], copied = ["dp_shard"]>},
                   %k: tensor<4x8xf32> {dist.parameter, dist.placement = #dist.sharding<[["tp"] : 4, []], copied = ["dp_shard"]>},
                   %o: tensor<8x8xf32> {dist.parameter, dist.placement = #dist.sharding<[[], ["tp"] : 8], copied = ["dp_shard"]>}) -> (tensor<4x2x8xf32>, tensor<4x2x4xf32>) {
  %0 = nn.linear %x, %q : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
  %1 = nn.linear %x, %k : (tensor<4x2x8xf32>, tensor<4x8xf32>) -> tensor<4x2x4xf32>
  %2 = nn.linear %0, %o : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
  %3 = dist.reshard %2 to replicated over ["tp"] cause "o: rowwise" : tensor<4x2x8xf32>
  %4 = nn.linear %x, %q : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
  return %3, %1 : tensor<4x2x8xf32>, tensor<4x2x4xf32>
}

// CHECK-LABEL: func.func @forward(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<2x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []]>>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<4x8xf32, #dist.sharding<{{\[}}["tp"] : 8, []], copied = ["dp_shard"]>>
// CHECK-SAME: %[[A2:[^ ]*]]: tensor<2x8xf32, #dist.sharding<{{\[}}["tp"] : 4, []], copied = ["dp_shard"]>>
// CHECK-SAME: %[[A3:[^ ]*]]: tensor<8x4xf32, #dist.sharding<{{\[}}[], ["tp"] : 8], copied = ["dp_shard"]>>
// CHECK-NEXT: %[[V0:.*]] = dist.vary %[[A0]] over ["tp"] cause "linear" : {{.*}} -> tensor<2x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []], copied = ["tp"]>>
// CHECK-NEXT: %[[V1:.*]] = nn.linear %[[V0]], %[[A1]] : {{.*}} -> tensor<2x2x4xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], ["tp"] : 8]>>
// CHECK-NEXT: %[[V2:.*]] = nn.linear %[[V0]], %[[A2]] : {{.*}} -> tensor<2x2x2xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], ["tp"] : 4]>>
// CHECK-NEXT: %[[V3:.*]] = nn.linear %[[V1]], %[[A3]] : {{.*}} -> tensor<2x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []], partial = ["tp"]>>
// CHECK-NEXT: %[[V4:.*]] = dist.all_reduce %[[V3]] over ["tp"] cause "o: rowwise" : {{.*}} -> tensor<2x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []]>>
// CHECK-NEXT: %[[V5:.*]] = nn.linear %[[V0]], %[[A1]] : {{.*}} -> tensor<2x2x4xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], ["tp"] : 8]>>
// CHECK-NEXT: return %[[V4]], %[[V2]]

// -----

// What comes out of a column-wise module is gathered where the plan asks for it; one that is whole already is let be.
dist.mesh ["tp" = 2]
func.func @forward(%x: tensor<4x2x8xf32>, %w: tensor<16x8xf32> {dist.parameter, dist.placement = #dist.sharding<[["tp"] : 16, []]>}) -> tensor<4x2x16xf32> {
  %0 = dist.reshard %x to replicated over ["tp"] cause "head: colwise_rep" : tensor<4x2x8xf32>
  %1 = nn.linear %0, %w : (tensor<4x2x8xf32>, tensor<16x8xf32>) -> tensor<4x2x16xf32>
  %2 = dist.reshard %1 to replicated over ["tp"] cause "head: colwise_rep" : tensor<4x2x16xf32>
  return %2 : tensor<4x2x16xf32>
}

// CHECK-LABEL: func.func @forward(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x2x8xf32>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<8x8xf32, #dist.sharding<{{\[}}["tp"] : 16, []]>>
// CHECK-NEXT: %[[V0:.*]] = dist.vary %[[A0]] over ["tp"] cause "head: colwise_rep" : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], copied = ["tp"]>>
// CHECK-NEXT: %[[V1:.*]] = nn.linear %[[V0]], %[[A1]] : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 16]>>
// CHECK-NEXT: %[[V2:.*]] = dist.all_gather %[[V1]] over ["tp"] dim = 2 cause "head: colwise_rep" : {{.*}} -> tensor<4x2x16xf32>
// CHECK-NEXT: return %[[V2]]

// -----

// A whole value that meets a row-wise parameter keeps its part; a sum that is wanted in parts is reduced and scattered at once.
dist.mesh ["tp" = 2]
func.func @forward(%x: tensor<4x2x8xf32>, %w: tensor<8x8xf32> {dist.parameter, dist.placement = #dist.sharding<[[], ["tp"] : 8]>}) -> (tensor<4x2x8xf32>, tensor<4x2x8xf32>) {
  %0 = nn.linear %x, %w : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
  %1 = dist.reshard %0 to dim 1 over ["tp"] cause "sequence" : tensor<4x2x8xf32>
  // Addition is linear in both operands jointly: both are partial, so is the sum, and it is reduced once.
  %2 = nn.add %0, %0 : (tensor<4x2x8xf32>, tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
  %3 = dist.reshard %2 to replicated over ["tp"] cause "sum" : tensor<4x2x8xf32>
  // It is not linear in one of them, nor is silu.
  %4 = nn.add %x, %0 : (tensor<4x2x8xf32>, tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
  %5 = nn.silu %0 : tensor<4x2x8xf32>
  %6 = nn.add %3, %5 : (tensor<4x2x8xf32>, tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
  return %1, %6 : tensor<4x2x8xf32>, tensor<4x2x8xf32>
}

// CHECK-LABEL: func.func @forward(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x2x8xf32>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<8x4xf32, #dist.sharding<{{\[}}[], ["tp"] : 8]>>
// CHECK-NEXT: %[[V0:.*]] = dist.slice %[[A0]] over ["tp"] dim = 2 cause "linear" : {{.*}} -> tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>
// CHECK-NEXT: %[[V1:.*]] = nn.linear %[[V0]], %[[A1]] : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], partial = ["tp"]>>
// CHECK-NEXT: %[[V2:.*]] = dist.reduce_scatter %[[V1]] over ["tp"] dim = 1 cause "sequence" : {{.*}} -> tensor<4x1x8xf32, #dist.sharding<{{\[}}[], ["tp"] : 2, []]>>
// CHECK-NEXT: %[[V3:.*]] = nn.add %[[V1]], %[[V1]] : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], partial = ["tp"]>>
// CHECK-NEXT: %[[V4:.*]] = dist.all_reduce %[[V3]] over ["tp"] cause "sum" : {{.*}} -> tensor<4x2x8xf32>
// CHECK-NEXT: %[[V5:.*]] = dist.all_reduce %[[V1]] over ["tp"] cause "add" : {{.*}} -> tensor<4x2x8xf32>
// CHECK-NEXT: %[[V6:.*]] = nn.add %[[A0]], %[[V5]] : {{.*}} -> tensor<4x2x8xf32>
// CHECK-NEXT: %[[V7:.*]] = nn.silu %[[V5]] : tensor<4x2x8xf32>
// CHECK-NEXT: %[[V8:.*]] = nn.add %[[V4]], %[[V7]] : {{.*}} -> tensor<4x2x8xf32>
// CHECK-NEXT: return %[[V2]], %[[V8]]

// -----

// What is asked to be whole is gathered where it is used, and to what the use takes: to C for the linears, which share the gather, and to R for silu. The derivative of the
// one is a reduce-scatter, that of the other a slice. A value that is asked to be whole and then split again is left alone.
dist.mesh ["tp" = 2]
func.func @forward(%x: tensor<4x2x8xf32> {dist.placement = #dist.sharding<[[], ["tp"] : 2, []]>}, %q: tensor<8x8xf32> {dist.parameter, dist.placement = #dist.sharding<[["tp"] : 8, []]>},
                   %k: tensor<8x8xf32> {dist.parameter, dist.placement = #dist.sharding<[["tp"] : 8, []]>}) -> (tensor<4x2x8xf32>, tensor<4x2x8xf32>, tensor<4x2x8xf32>, tensor<4x2x8xf32>) {
  %0 = dist.reshard %x to replicated over ["tp"] cause "q: colwise" : tensor<4x2x8xf32>
  %1 = nn.linear %0, %q : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
  %2 = dist.reshard %x to replicated over ["tp"] cause "k: colwise" : tensor<4x2x8xf32>
  %3 = nn.linear %2, %k : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
  %4 = dist.reshard %x to replicated over ["tp"] cause "act: replicated" : tensor<4x2x8xf32>
  %5 = nn.silu %4 : tensor<4x2x8xf32>
  %6 = dist.reshard %4 to dim 1 over ["tp"] cause "norm: sequence_parallel" : tensor<4x2x8xf32>
  %7 = nn.silu %6 : tensor<4x2x8xf32>
  return %1, %3, %5, %7 : tensor<4x2x8xf32>, tensor<4x2x8xf32>, tensor<4x2x8xf32>, tensor<4x2x8xf32>
}

// CHECK-LABEL: func.func @forward(
// CHECK-SAME: %[[X:[^ ]*]]: tensor<4x1x8xf32, #dist.sharding<{{\[}}[], ["tp"] : 2, []]>>
// CHECK-NEXT: %[[C:.*]] = dist.all_gather %[[X]] over ["tp"] dim = 1 cause "q: colwise" : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], copied = ["tp"]>>
// CHECK-NEXT: nn.linear %[[C]]
// CHECK-NEXT: nn.linear %[[C]]
// CHECK-NEXT: %[[R:.*]] = dist.all_gather %[[X]] over ["tp"] dim = 1 cause "act: replicated" : {{.*}} -> tensor<4x2x8xf32>
// CHECK-NEXT: nn.silu %[[R]]
// CHECK-NEXT: nn.silu %[[X]]
// CHECK-NEXT: return

// -----

// The parameter's sharding decides over the first operand's.
dist.mesh ["tp" = 2]
func.func @forward(%x: tensor<4x2x8xf32> {dist.placement = #dist.sharding<[[], ["tp"] : 2, []]>}, %w: tensor<16x8xf32> {dist.parameter, dist.placement = #dist.sharding<[["tp"] : 16, []]>},
                   %v: tensor<16x8xf32>) -> (tensor<4x2x16xf32>, tensor<4x2x16xf32>) {
  %0 = nn.linear %x, %w : (tensor<4x2x8xf32>, tensor<16x8xf32>) -> tensor<4x2x16xf32>
  %1 = nn.linear %x, %v : (tensor<4x2x8xf32>, tensor<16x8xf32>) -> tensor<4x2x16xf32>
  return %0, %1 : tensor<4x2x16xf32>, tensor<4x2x16xf32>
}

// CHECK-LABEL: func.func @forward(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x1x8xf32, #dist.sharding<{{\[}}[], ["tp"] : 2, []]>>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<8x8xf32, #dist.sharding<{{\[}}["tp"] : 16, []]>>
// CHECK-SAME: %[[A2:[^ ]*]]: tensor<16x8xf32>) -> (tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 16]>>, tensor<4x1x16xf32, #dist.sharding<{{\[}}[], ["tp"] : 2, []]>>
// CHECK-NEXT: %[[V0:.*]] = dist.all_gather %[[A0]] over ["tp"] dim = 1 cause "linear" : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], copied = ["tp"]>>
// CHECK-NEXT: %[[V1:.*]] = nn.linear %[[V0]], %[[A1]] : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 16]>>
// CHECK-NEXT: %[[V2:.*]] = dist.vary %[[A2]] over ["tp"] cause "linear" : {{.*}} -> tensor<16x8xf32, #dist.sharding<{{\[}}[], []], copied = ["tp"]>>
// CHECK-NEXT: %[[V3:.*]] = nn.linear %[[A0]], %[[V2]] : {{.*}} -> tensor<4x1x16xf32, #dist.sharding<{{\[}}[], ["tp"] : 2, []]>>
// CHECK-NEXT: return %[[V1]], %[[V3]]

// -----

// Axes of size one do not occur; a batch over two axes is reduced over both at once; axes of one dimension are chunked in order.
dist.mesh ["dp_replicate" = 2, "dp_shard" = 2, "cp" = 1, "tp" = 1]
dist.parameter @w : tensor<16x8xf32> stored <[["dp_shard"] : 16, []]> unit "" init "normal"
func.func @forward(%x: tensor<8x2x8xf32> {dist.placement = #dist.sharding<[["dp_replicate", "dp_shard"] : 8, [], []]>}) -> tensor<f32> {
  %w = dist.unshard @w computed <[[], []], copied = ["dp_replicate", "dp_shard"]> cause "w" : tensor<16x8xf32>
  %0 = nn.linear %x, %w : (tensor<8x2x8xf32>, tensor<16x8xf32>) -> tensor<8x2x16xf32>
  %1 = nn.sum %0 : (tensor<8x2x16xf32>) -> tensor<f32>
  %2 = dist.reshard %1 to replicated over ["dp_replicate", "dp_shard"] cause "loss" : tensor<f32>
  return %2 : tensor<f32>
}

// CHECK-LABEL: func.func @forward(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<2x2x8xf32, #dist.sharding<{{\[}}["dp_replicate", "dp_shard"] : 8, [], []]>>
// CHECK-NEXT: %[[V0:.*]] = dist.unshard @w cause "w" : tensor<16x8xf32, #dist.sharding<{{\[}}[], []], copied = ["dp_replicate", "dp_shard"]>>
// CHECK-NEXT: %[[V1:.*]] = nn.linear %[[A0]], %[[V0]] : {{.*}} -> tensor<2x2x16xf32, #dist.sharding<{{\[}}["dp_replicate", "dp_shard"] : 8, [], []]>>
// CHECK-NEXT: %[[V2:.*]] = nn.sum %[[V1]] : {{.*}} -> tensor<f32, #dist.sharding<[], partial = ["dp_replicate", "dp_shard"]>>
// CHECK-NEXT: %[[V3:.*]] = dist.all_reduce %[[V2]] over ["dp_replicate", "dp_shard"] cause "loss" : {{.*}} -> tensor<f32>
// CHECK-NEXT: return %[[V3]]

// -----

// A collective's cause begins with the module that the operation which takes it stems from.
dist.mesh ["tp" = 2]
func.func @forward(%x: tensor<4x2x8xf32>, %w: tensor<16x8xf32> {dist.parameter, dist.placement = #dist.sharding<[["tp"] : 16, []]>}) -> tensor<4x2x16xf32> {
  %0 = nn.linear %x, %w : (tensor<4x2x8xf32>, tensor<16x8xf32>) -> tensor<4x2x16xf32> loc("model.layers.*.up")
  return %0 : tensor<4x2x16xf32>
}

// CHECK-LABEL: func.func @forward(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x2x8xf32>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<8x8xf32, #dist.sharding<{{\[}}["tp"] : 16, []]>>
// CHECK-NEXT: %[[V0:.*]] = dist.vary %[[A0]] over ["tp"] cause "model.layers.*.up: linear" : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], copied = ["tp"]>>
// CHECK-NEXT: %[[V1:.*]] = nn.linear %[[V0]], %[[A1]] : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 16]>>
// CHECK-NEXT: return %[[V1]]
