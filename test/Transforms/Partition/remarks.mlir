// RUN: shard-opt %s --shardc-partition-model --remark-format=emitRemark --remarks-filter=partition --split-input-file -o /dev/null 2>&1 | FileCheck %s
// RUN: shard-opt %s --shardc-partition-model --remarks-filter=schedule --remark-format=emitRemark --split-input-file -o /dev/null 2>&1 | count 0

// Where operands disagree the parameter decides, then the first that is sharded.
dist.mesh ["tp" = 2]
func.func @forward(%x: tensor<8x8xf32> {dist.placement = #dist.sharding<[["tp"] : 8, []]>},
                   %y: tensor<8x8xf32> {dist.placement = #dist.sharding<[[], ["tp"] : 8]>}) -> tensor<8x8xf32> {
  // CHECK: operand 1 of nn.add is sharded over tp in dimension 1, and is moved: its axes shard another dimension of the operation
  // CHECK: all_gather over tp stands here: the value is S, and add takes it R
  %0 = nn.add %x, %y : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  return %0 : tensor<8x8xf32>
}

// -----

dist.mesh ["dp" = 2, "tp" = 2]
func.func @forward(%x: tensor<8x8xf32> {dist.placement = #dist.sharding<[["dp"] : 8, []]>},
                   %y: tensor<8x8xf32> {dist.placement = #dist.sharding<[["tp"] : 8, []]>}) -> tensor<8x8xf32> {
  // CHECK: operand 1 of nn.add is sharded over tp in dimension 0, and is moved: operand 0 decides, the first that is sharded, which is sharded over dp there
  %0 = nn.add %x, %y : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  return %0 : tensor<8x8xf32>
}

// -----

dist.mesh ["dp" = 2, "tp" = 2]
func.func @forward(%x: tensor<8x8xf32> {dist.placement = #dist.sharding<[[], ["dp"] : 8]>},
                   %w: tensor<8x8xf32> {dist.parameter, dist.placement = #dist.sharding<[[], ["tp"] : 8]>}) -> tensor<8x8xf32> {
  // CHECK: operand 0 of nn.linear is sharded over dp in dimension 1, and is moved: operand 1 decides, a parameter, which is sharded over tp there
  %0 = nn.linear %x, %w : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  return %0 : tensor<8x8xf32>
}

// -----

dist.mesh ["tp" = 2]
func.func @forward(%x: tensor<8x8xf32> {dist.placement = #dist.sharding<[[], ["tp"] : 8]>},
                   %w: tensor<8xf32> {dist.parameter}) -> tensor<8x8xf32> {
  // CHECK: operand 0 of nn.rms_norm is sharded over tp in dimension 1, and is moved: the operation takes that dimension whole
  %0 = nn.rms_norm %x, %w epsilon = 1.0e-5 size = 8 : (tensor<8x8xf32>, tensor<8xf32>) -> tensor<8x8xf32>
  return %0 : tensor<8x8xf32>
}
