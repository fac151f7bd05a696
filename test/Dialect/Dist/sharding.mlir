// RUN: shard-opt %s --verify-roundtrip | FileCheck %s

dist.mesh ["dp_replicate" = 2, "dp_shard" = 2, "cp" = 2, "tp" = 2]

// CHECK: func.func private @all(tensor<64x8xf32, #dist.sharding<{{\[}}["tp", "dp_shard"] : 256, []], copied = ["dp_replicate"], partial = ["cp"]>>)
func.func private @all(tensor<64x8xf32, #dist.sharding<[["tp", "dp_shard"] : 256, []], copied = ["dp_replicate"], partial = ["cp"]>>)

// CHECK: func.func private @rank_zero(tensor<f32, #dist.sharding<[], partial = ["cp"]>>)
func.func private @rank_zero(tensor<f32, #dist.sharding<[], partial = ["cp"]>>)

// Copied and partial axes are kept sorted, so that equal placements are one attribute.
// CHECK: func.func private @sorted(tensor<4xf32, #dist.sharding<[{{\[}}]], copied = ["cp", "tp"], partial = ["dp_replicate", "dp_shard"]>>)
func.func private @sorted(tensor<4xf32, #dist.sharding<[[]], partial = ["dp_shard", "dp_replicate"], copied = ["tp", "cp"]>>)

// CHECK: func.func private @replicated(tensor<4xf32, #dist.sharding<[{{\[}}]]>>)
func.func private @replicated(tensor<4xf32, #dist.sharding<[[]]>>)
