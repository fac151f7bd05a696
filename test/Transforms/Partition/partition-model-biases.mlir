// Parameters that are whole beside a sharded axis.
// RUN: shard-opt %s --shardc-partition-model --shardc-verify-placements --split-input-file | FileCheck %s

// The norm of queries, head by head: its weight is replicated, and each rank uses it on its own heads, so that its use is varied over tp.
dist.mesh ["tp" = 2]
dist.parameter @q_norm.weight : tensor<4xf32> stored <[[]]> unit "" init "ones"
func.func @forward(%x: tensor<2x3x8xf32>, %q: tensor<8x8xf32> {dist.parameter, dist.placement = #dist.sharding<[["tp"] : 8, []]>}) -> tensor<2x3x2x4xf32> {
  %w = dist.unshard @q_norm.weight computed <[[]]> cause "q_norm" : tensor<4xf32>
  %0 = nn.linear %x, %q : (tensor<2x3x8xf32>, tensor<8x8xf32>) -> tensor<2x3x8xf32>
  %1 = nn.reshape %0 "b t (h d) -> b t h d" : (tensor<2x3x8xf32>) -> tensor<2x3x2x4xf32>
  %2 = nn.rms_norm %1, %w epsilon = 1.0e-5 size = 4 : (tensor<2x3x2x4xf32>, tensor<4xf32>) -> tensor<2x3x2x4xf32>
  return %2 : tensor<2x3x2x4xf32>
}

// Its gradients are P over tp then, and added up so.
// CHECK: dist.parameter @q_norm.weight : tensor<4xf32> stored <{{\[}}[]]> accumulator <f32, <{{\[}}[]], partial = ["tp"]>> unit ""
// CHECK-LABEL: func.func @forward(
// CHECK: %[[W:.*]] = dist.unshard @q_norm.weight {{.*}} : tensor<4xf32, #dist.sharding<{{\[}}[]], copied = ["tp"]>>
// CHECK: %[[Q:.*]] = nn.reshape {{.*}} -> tensor<2x3x1x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 2, []]>>
// CHECK-NEXT: nn.rms_norm %[[Q]], %[[W]]
// CHECK-SAME: size = 4

// -----

// The bias of a column-wise module is split like its result; that of a row-wise one is added after the reduction, once.
dist.mesh ["tp" = 2]
func.func @forward(%x: tensor<2x3x8xf32>, %up: tensor<8x8xf32> {dist.parameter, dist.placement = #dist.sharding<[["tp"] : 8, []]>},
                   %up_bias: tensor<8xf32> {dist.parameter, dist.placement = #dist.sharding<[["tp"] : 8]>},
                   %down: tensor<8x8xf32> {dist.parameter, dist.placement = #dist.sharding<[[], ["tp"] : 8]>},
                   %down_bias: tensor<8xf32> {dist.parameter}) -> tensor<2x3x8xf32> {
  %0 = nn.linear %x, %up : (tensor<2x3x8xf32>, tensor<8x8xf32>) -> tensor<2x3x8xf32>
  %1 = nn.add_bias %0, %up_bias : (tensor<2x3x8xf32>, tensor<8xf32>) -> tensor<2x3x8xf32>
  %2 = nn.gelu %1 : tensor<2x3x8xf32>
  %3 = nn.linear %2, %down : (tensor<2x3x8xf32>, tensor<8x8xf32>) -> tensor<2x3x8xf32>
  %4 = nn.add_bias %3, %down_bias : (tensor<2x3x8xf32>, tensor<8xf32>) -> tensor<2x3x8xf32>
  return %4 : tensor<2x3x8xf32>
}

// CHECK-LABEL: func.func @forward(
// CHECK-SAME: tensor<4x8xf32, {{.*}}, %[[UP:[^ ]*]]: tensor<4xf32, #dist.sharding<{{\[}}["tp"] : 8]>>
// CHECK-SAME: %[[DOWN:[^ ]*]]: tensor<8xf32>
// CHECK: nn.add_bias %{{.*}}, %[[UP]] : {{.*}} -> tensor<2x3x4xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 8]>>
// CHECK: %[[P:.*]] = nn.linear {{.*}} -> tensor<2x3x8xf32, #dist.sharding<{{\[}}[], [], []], partial = ["tp"]>>
// CHECK-NEXT: %[[R:.*]] = dist.all_reduce %[[P]] over ["tp"]
// CHECK-NEXT: nn.add_bias %[[R]], %[[DOWN]] : {{.*}} -> tensor<2x3x8xf32>
// CHECK-NEXT: return
