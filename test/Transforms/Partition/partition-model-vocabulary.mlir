// RUN: shard-opt %s --shardc-partition-model --shardc-verify-placements --split-input-file | FileCheck %s

// Rows of a table over two ranks: each looks up those that it has.
dist.mesh ["tp" = 2]
func.func @forward(%ids: tensor<4x2xi32>, %table: tensor<16x8xf32> {dist.parameter, dist.placement = #dist.sharding<[["tp"] : 16, []]>}) -> tensor<4x2x8xf32> {
  %0 = nn.embedding %ids, %table : (tensor<4x2xi32>, tensor<16x8xf32>) -> tensor<4x2x8xf32>
  %1 = dist.reshard %0 to replicated over ["tp"] cause "embed: rowwise_rep" : tensor<4x2x8xf32>
  return %1 : tensor<4x2x8xf32>
}

// CHECK-LABEL: func.func @forward(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x2xi32>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<8x8xf32, #dist.sharding<{{\[}}["tp"] : 16, []]>>
// CHECK-NEXT: %[[V0:.*]] = dist.local_index %[[A0]] over ["tp"] size = 16 : tensor<4x2xi32>
// CHECK-NEXT: %[[V1:.*]] = nn.embedding %[[V0]], %[[A1]] : {{.*}} -> tensor<4x2x8xf32, #dist.sharding<{{\[}}[], [], []], partial = ["tp"]>>
// CHECK-NEXT: %[[V2:.*]] = dist.all_reduce %[[V1]] over ["tp"] cause "embed: rowwise_rep" : {{.*}} -> tensor<4x2x8xf32>
// CHECK-NEXT: return %[[V2]]

// -----

// Columns of a table: indices are used as they are.
dist.mesh ["tp" = 2]
func.func @forward(%ids: tensor<4x2xi32>, %table: tensor<16x8xf32> {dist.parameter, dist.placement = #dist.sharding<[[], ["tp"] : 8]>}) -> tensor<4x2x8xf32> {
  %0 = nn.embedding %ids, %table : (tensor<4x2xi32>, tensor<16x8xf32>) -> tensor<4x2x8xf32>
  return %0 : tensor<4x2x8xf32>
}

// CHECK-LABEL: func.func @forward(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x2xi32>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<16x4xf32, #dist.sharding<{{\[}}[], ["tp"] : 8]>>
// CHECK-NEXT: %[[V0:.*]] = nn.embedding %[[A0]], %[[A1]] : {{.*}} -> tensor<4x2x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>
// CHECK-NEXT: return %[[V0]]

// -----

// Classes that are not sharded: the same pieces without a collective.
dist.mesh ["dp_shard" = 2]
func.func @forward(%x: tensor<4x2x16xf32> {dist.placement = #dist.sharding<[["dp_shard"] : 4, [], []]>}, %t: tensor<4x2xi32> {dist.placement = #dist.sharding<[["dp_shard"] : 4, []]>}) -> (tensor<f32>, tensor<f32>) {
  %sum, %count = nn.cross_entropy %x, %t : (tensor<4x2x16xf32>, tensor<4x2xi32>) -> (tensor<f32>, tensor<f32>)
  return %sum, %count : tensor<f32>, tensor<f32>
}

// CHECK-LABEL: func.func @forward(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<2x2x16xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []]>>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<2x2xi32, #dist.sharding<{{\[}}["dp_shard"] : 4, []]>>) -> (tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>, tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>
// CHECK-NEXT: %[[V0:.*]] = nn.log_sum_exp %[[A0]] : {{.*}} -> tensor<2x2x1xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []]>>
// CHECK-NEXT: %[[V1:.*]] = nn.pick %[[A0]], %[[A1]] : {{.*}} -> tensor<2x2x1xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []]>>
// CHECK-NEXT: %[[V2:.*]] = nn.sub %[[V0]], %[[V1]] : {{.*}} -> tensor<2x2x1xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []]>>
// CHECK-NEXT: %[[V3:.*]] = nn.sum %[[V2]] : {{.*}} -> tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>
// CHECK-NEXT: %[[V4:.*]] = nn.count %[[A1]] : {{.*}} -> tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>
// CHECK-NEXT: return %[[V3]], %[[V4]]

// -----

// Classes that two ranks divide: no padding, so no mask. One small gather and one reduction.
dist.mesh ["dp_shard" = 2, "tp" = 2]
func.func @forward(%x: tensor<4x2x16xf32> {dist.placement = #dist.sharding<[["dp_shard"] : 4, [], ["tp"] : 16]>}, %t: tensor<4x2xi32> {dist.placement = #dist.sharding<[["dp_shard"] : 4, []]>}) -> (tensor<f32>, tensor<f32>) {
  %sum, %count = nn.cross_entropy %x, %t : (tensor<4x2x16xf32>, tensor<4x2xi32>) -> (tensor<f32>, tensor<f32>)
  return %sum, %count : tensor<f32>, tensor<f32>
}

// CHECK-LABEL: func.func @forward(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<2x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], ["tp"] : 16]>>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<2x2xi32, #dist.sharding<{{\[}}["dp_shard"] : 4, []]>>) -> (tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>, tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>
// CHECK-NEXT: %[[V0:.*]] = nn.log_sum_exp %[[A0]] : {{.*}} -> tensor<2x2x1xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], ["tp"] : 2]>>
// CHECK-NEXT: %[[V1:.*]] = dist.all_gather %[[V0]] over ["tp"] dim = 2 cause "cross_entropy" : {{.*}} -> tensor<2x2x2xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []]>>
// CHECK-NEXT: %[[V2:.*]] = nn.log_sum_exp %[[V1]] : {{.*}} -> tensor<2x2x1xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []]>>
// CHECK-NEXT: %[[V3:.*]] = dist.local_index %[[A1]] over ["tp"] size = 16 : tensor<2x2xi32, #dist.sharding<{{\[}}["dp_shard"] : 4, []]>>
// CHECK-NEXT: %[[V4:.*]] = nn.pick %[[A0]], %[[V3]] : {{.*}} -> tensor<2x2x1xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []], partial = ["tp"]>>
// CHECK-NEXT: %[[V5:.*]] = dist.all_reduce %[[V4]] over ["tp"] cause "cross_entropy" : {{.*}} -> tensor<2x2x1xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []]>>
// CHECK-NEXT: %[[V6:.*]] = nn.sub %[[V2]], %[[V5]] : {{.*}} -> tensor<2x2x1xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []]>>
// CHECK-NEXT: %[[V7:.*]] = nn.sum %[[V6]] : {{.*}} -> tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>
// CHECK-NEXT: %[[V8:.*]] = nn.count %[[A1]] : {{.*}} -> tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>
// CHECK-NEXT: return %[[V7]], %[[V8]]

// -----

// 1009 classes on 2 ranks, stored over 2 more: 505 on each, and the last of the second rank is none; it must not count.
dist.mesh ["dp_shard" = 2, "tp" = 2]
dist.parameter @head.weight : tensor<1009x8xf32> stored <[["tp", "dp_shard"] : 1009, []]> unit "" init "normal"
func.func @forward(%x: tensor<4x2x8xf32> {dist.placement = #dist.sharding<[["dp_shard"] : 4, [], []]>}, %t: tensor<4x2xi32> {dist.placement = #dist.sharding<[["dp_shard"] : 4, []]>}) -> (tensor<f32>, tensor<f32>, tensor<4x2x8xf32>) {
  %w = dist.unshard @head.weight computed <[["tp"] : 1009, []], copied = ["dp_shard"]> cause "head.weight: colwise" : tensor<1009x8xf32>
  %logits = nn.linear %x, %w : (tensor<4x2x8xf32>, tensor<1009x8xf32>) -> tensor<4x2x1009xf32>
  %sum, %count = nn.cross_entropy %logits, %t : (tensor<4x2x1009xf32>, tensor<4x2xi32>) -> (tensor<f32>, tensor<f32>)
  %rows = nn.embedding %t, %w : (tensor<4x2xi32>, tensor<1009x8xf32>) -> tensor<4x2x8xf32>
  %reduced = dist.reshard %rows to replicated over ["tp"] cause "embed: rowwise_rep" : tensor<4x2x8xf32>
  return %sum, %count, %reduced : tensor<f32>, tensor<f32>, tensor<4x2x8xf32>
}

// CHECK-LABEL: func.func @forward(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<2x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []]>>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<2x2xi32, #dist.sharding<{{\[}}["dp_shard"] : 4, []]>>) -> (tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>, tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>, tensor<2x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []]>>
// CHECK-NEXT: %[[V0:.*]] = dist.unshard @head.weight cause "head.weight: colwise" : tensor<505x8xf32, #dist.sharding<{{\[}}["tp"] : 1009, []], copied = ["dp_shard"]>>
// CHECK-NEXT: %[[V1:.*]] = dist.vary %[[A0]] over ["tp"] cause "linear" : {{.*}} -> tensor<2x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []], copied = ["tp"]>>
// CHECK-NEXT: %[[V2:.*]] = nn.linear %[[V1]], %[[V0]] : {{.*}} -> tensor<2x2x505xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], ["tp"] : 1009]>>
// CHECK-NEXT: %[[V3:.*]] = dist.mask %[[V2]] dim = 2 neutral = 0xFFF0000000000000 : tensor<2x2x505xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], ["tp"] : 1009]>>
// CHECK-NEXT: %[[V4:.*]] = nn.log_sum_exp %[[V3]] : {{.*}} -> tensor<2x2x1xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], ["tp"] : 2]>>
// CHECK-NEXT: %[[V5:.*]] = dist.all_gather %[[V4]] over ["tp"] dim = 2 cause "cross_entropy" : {{.*}} -> tensor<2x2x2xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []]>>
// CHECK-NEXT: %[[V6:.*]] = nn.log_sum_exp %[[V5]] : {{.*}} -> tensor<2x2x1xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []]>>
// CHECK-NEXT: %[[V7:.*]] = dist.local_index %[[A1]] over ["tp"] size = 1009 : tensor<2x2xi32, #dist.sharding<{{\[}}["dp_shard"] : 4, []]>>
// CHECK-NEXT: %[[V8:.*]] = nn.pick %[[V3]], %[[V7]] : {{.*}} -> tensor<2x2x1xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []], partial = ["tp"]>>
// CHECK-NEXT: %[[V9:.*]] = dist.all_reduce %[[V8]] over ["tp"] cause "cross_entropy" : {{.*}} -> tensor<2x2x1xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []]>>
// CHECK-NEXT: %[[V10:.*]] = nn.sub %[[V6]], %[[V9]] : {{.*}} -> tensor<2x2x1xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []]>>
// CHECK-NEXT: %[[V11:.*]] = nn.sum %[[V10]] : {{.*}} -> tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>
// CHECK-NEXT: %[[V12:.*]] = nn.count %[[A1]] : {{.*}} -> tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>
// CHECK-NEXT: %[[V13:.*]] = dist.local_index %[[A1]] over ["tp"] size = 1009 : tensor<2x2xi32, #dist.sharding<{{\[}}["dp_shard"] : 4, []]>>
// CHECK-NEXT: %[[V14:.*]] = nn.embedding %[[V13]], %[[V0]] : {{.*}} -> tensor<2x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []], partial = ["tp"]>>
// CHECK-NEXT: %[[V15:.*]] = dist.all_reduce %[[V14]] over ["tp"] cause "embed: rowwise_rep" : {{.*}} -> tensor<2x2x8xf32, #dist.sharding<{{\[}}["dp_shard"] : 4, [], []]>>
// CHECK-NEXT: return %[[V11]], %[[V12]], %[[V15]]

// -----

// Classes over two axes, chunked one after the other: 1009 over 2 x 3 is 505, then 169.
dist.mesh ["dp_shard" = 3, "tp" = 2]
func.func @forward(%x: tensor<4x2x1009xf32> {dist.placement = #dist.sharding<[[], [], ["tp", "dp_shard"] : 1009]>}, %t: tensor<4x2xi32>) -> (tensor<f32>, tensor<f32>) {
  %sum, %count = nn.cross_entropy %x, %t : (tensor<4x2x1009xf32>, tensor<4x2xi32>) -> (tensor<f32>, tensor<f32>)
  return %sum, %count : tensor<f32>, tensor<f32>
}

// CHECK-LABEL: func.func @forward(
// CHECK-SAME: %[[A0:[^ ]*]]: tensor<4x2x169xf32, #dist.sharding<{{\[}}[], [], ["tp", "dp_shard"] : 1009]>>
// CHECK-SAME: %[[A1:[^ ]*]]: tensor<4x2xi32>) -> (tensor<f32>, tensor<f32>
// CHECK-NEXT: %[[V0:.*]] = dist.mask %[[A0]] dim = 2 neutral = 0xFFF0000000000000 : tensor<4x2x169xf32, #dist.sharding<{{\[}}[], [], ["tp", "dp_shard"] : 1009]>>
// CHECK-NEXT: %[[V1:.*]] = nn.log_sum_exp %[[V0]] : {{.*}} -> tensor<4x2x1xf32, #dist.sharding<{{\[}}[], [], ["tp", "dp_shard"] : 6]>>
// CHECK-NEXT: %[[V2:.*]] = dist.all_gather %[[V1]] over ["tp", "dp_shard"] dim = 2 cause "cross_entropy" : {{.*}} -> tensor<4x2x6xf32>
// CHECK-NEXT: %[[V3:.*]] = nn.log_sum_exp %[[V2]] : {{.*}} -> tensor<4x2x1xf32>
// CHECK-NEXT: %[[V4:.*]] = dist.local_index %[[A1]] over ["tp", "dp_shard"] size = 1009 : tensor<4x2xi32>
// CHECK-NEXT: %[[V5:.*]] = nn.pick %[[V0]], %[[V4]] : {{.*}} -> tensor<4x2x1xf32, #dist.sharding<{{\[}}[], [], []], partial = ["dp_shard", "tp"]>>
// CHECK-NEXT: %[[V6:.*]] = dist.all_reduce %[[V5]] over ["tp", "dp_shard"] cause "cross_entropy" : {{.*}} -> tensor<4x2x1xf32>
// CHECK-NEXT: %[[V7:.*]] = nn.sub %[[V3]], %[[V6]] : {{.*}} -> tensor<4x2x1xf32>
// CHECK-NEXT: %[[V8:.*]] = nn.sum %[[V7]] : {{.*}} -> tensor<f32>
// CHECK-NEXT: %[[V9:.*]] = nn.count %[[A1]] : {{.*}} -> tensor<f32>
// CHECK-NEXT: return %[[V8]], %[[V9]]
