// Parameters that a checkpoint keeps in one tensor: each is stored, sharded and gathered by itself, so that a column-wise style
// splits every one of them, and dist.parameter says where it lies.
// RUN: shard-opt %s --shardc-set-settings="set=distributed.dp_size=2,distributed.tp_size=2" --shardc-plan-model | FileCheck %s

// CHECK: dist.parameter @attn.weight_q : tensor<8x8xf32> stored <{{\[}}["dp_shard"] : 8, ["tp"] : 8]> unit "" init "normal" {tensor = "attn.weight", tensor_at = 0 : i64, tensor_dim = 1 : i64, tensor_size = 16 : i64}
// CHECK: dist.parameter @attn.bias_q : tensor<8xf32> stored <{{\[}}["tp", "dp_shard"] : 8]> unit "" init "zeros" {tensor = "attn.bias", tensor_at = 0 : i64, tensor_dim = 0 : i64, tensor_size = 16 : i64}
// CHECK: dist.parameter @attn.weight_k : tensor<8x8xf32> {{.*}}tensor_at = 8 : i64
// CHECK: dist.parameter @attn.bias_k : tensor<8xf32> {{.*}}tensor_at = 8 : i64
// The bias of a row-wise module is replicated over tp.
// CHECK: dist.parameter @proj.weight : tensor<8x8xf32> stored <{{\[}}["tp", "dp_shard"] : 8, []]>
// CHECK: dist.parameter @proj.bias : tensor<8xf32> stored <{{\[}}["dp_shard"] : 8]>
module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.0e-2>, dist.tp_plan = #dist.tp_plan<[<"attn" = "packed_colwise">, <"proj" = "rowwise">]>} {
  nn.module @Embedding {
    nn.parameter @weight : tensor<16x8xf32>
    nn.forward(%ids: tensor<4x2xi32>) -> tensor<4x2x8xf32> {
      %w = nn.use @weight : tensor<16x8xf32>
      %0 = nn.embedding %ids, %w : (tensor<4x2xi32>, tensor<16x8xf32>) -> tensor<4x2x8xf32>
      nn.return %0 : tensor<4x2x8xf32>
    }
  }
  nn.module @Fused {
    nn.parameter @weight_q : tensor<8x8xf32> part of "weight" dim 1 at 0 size 16
    nn.parameter @bias_q : tensor<8xf32> init "zeros" part of "bias" dim 0 at 0 size 16
    nn.parameter @weight_k : tensor<8x8xf32> part of "weight" dim 1 at 8 size 16
    nn.parameter @bias_k : tensor<8xf32> init "zeros" part of "bias" dim 0 at 8 size 16
    nn.forward(%x: tensor<4x2x8xf32>) -> (tensor<4x2x8xf32>, tensor<4x2x8xf32>) {
      %wq = nn.use @weight_q : tensor<8x8xf32>
      %bq = nn.use @bias_q : tensor<8xf32>
      %0 = nn.linear %x, %wq transposed : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
      %q = nn.add_bias %0, %bq : (tensor<4x2x8xf32>, tensor<8xf32>) -> tensor<4x2x8xf32>
      %wk = nn.use @weight_k : tensor<8x8xf32>
      %bk = nn.use @bias_k : tensor<8xf32>
      %1 = nn.linear %x, %wk transposed : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
      %k = nn.add_bias %1, %bk : (tensor<4x2x8xf32>, tensor<8xf32>) -> tensor<4x2x8xf32>
      nn.return %q, %k : tensor<4x2x8xf32>, tensor<4x2x8xf32>
    }
  }
  nn.module @Proj {
    nn.parameter @weight : tensor<8x8xf32>
    nn.parameter @bias : tensor<8xf32> init "zeros"
    nn.forward(%x: tensor<4x2x8xf32>) -> tensor<4x2x8xf32> {
      %w = nn.use @weight : tensor<8x8xf32>
      %b = nn.use @bias : tensor<8xf32>
      %0 = nn.linear %x, %w transposed : (tensor<4x2x8xf32>, tensor<8x8xf32>) -> tensor<4x2x8xf32>
      %1 = nn.add_bias %0, %b : (tensor<4x2x8xf32>, tensor<8xf32>) -> tensor<4x2x8xf32>
      nn.return %1 : tensor<4x2x8xf32>
    }
  }
  nn.module @Model {
    nn.instance @embed : @Embedding
    nn.instance @attn : @Fused
    nn.instance @proj : @Proj
    nn.forward(%tokens: tensor<4x2xi32>, %targets: tensor<4x2xi32>, %positions: tensor<4x2xi32>) -> (tensor<f32>, tensor<f32>) {
      %0 = nn.call @embed(%tokens) : (tensor<4x2xi32>) -> tensor<4x2x8xf32>
      %1:2 = nn.call @attn(%0) : (tensor<4x2x8xf32>) -> (tensor<4x2x8xf32>, tensor<4x2x8xf32>)
      %2 = nn.mul %1#0, %1#1 : (tensor<4x2x8xf32>, tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
      %3 = nn.call @proj(%2) : (tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
      %sum, %count = nn.cross_entropy %3, %targets : (tensor<4x2x8xf32>, tensor<4x2xi32>) -> (tensor<f32>, tensor<f32>)
      nn.return %sum, %count : tensor<f32>, tensor<f32>
    }
  }
}
