// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
dist.mesh ["dp" = 2, "tp" = 4]

// CHECK: dist.parameter @model.norm.weight : tensor<64xf32> stored <{{\[}}["dp"] : 64]> unit "" init "ones" {aliases = []}
dist.parameter @"model.norm.weight" : tensor<64xf32> stored <[["dp"] : 64]> unit "" init "ones" {aliases = []}

// CHECK: dist.parameter @w : tensor<10x6xf64> stored <{{\[}}["tp", "dp"] : 10, []]> unit "model.layers.0" init "normal" {aliases = ["lm_head.weight"]}
dist.parameter @w : tensor<10x6xf64> stored <[["tp", "dp"] : 10, []]> unit "model.layers.0" init "normal" {aliases = ["lm_head.weight"]}

// CHECK: dist.parameter @r : tensor<4xf32> stored <{{\[}}[]]> unit "" init "zeros"
dist.parameter @r : tensor<4xf32> stored <[[]]> unit "" init "zeros"

// A part of a tensor.
// CHECK: dist.parameter @k : tensor<4x2xf32> stored <{{\[}}["tp"] : 4, []]> unit "" init "normal" {tensor = "qkv", tensor_at = 8 : i64, tensor_dim = 0 : i64, tensor_size = 16 : i64}
dist.parameter @k : tensor<4x2xf32> stored <[["tp"] : 4, []]> unit "" init "normal" {tensor = "qkv", tensor_dim = 0, tensor_at = 8, tensor_size = 16}

// A chain: cast and gathered for the backward pass, and an accumulator that is summed over replicas once a step, in bfloat16. What equals the stage before is not
// written.
// CHECK: dist.parameter @chain : tensor<64xf32> stored <{{\[}}["dp"] : 64]> parked <bf16, <{{\[}}[]], copied = ["dp"]>> reduced in bf16 unit "" init "ones"
dist.parameter @chain : tensor<64xf32> stored <[["dp"] : 64]> parked <bf16, <[[]], copied = ["dp"]>> reduced in bf16 unit "" init "ones"

// CHECK: dist.parameter @stages : tensor<64xf32> stored <{{\[}}["tp", "dp"] : 64]> resident <f32, <{{\[}}["tp"] : 64], copied = ["dp"]>> held <bf16, <{{\[}}["tp"] : 64], copied = ["dp"]>> parked <bf16, <{{\[}}[]], copied = ["dp", "tp"]>> accumulator <f32, <{{\[}}["tp"] : 64], partial = ["dp"]>> unit "" init "ones"
dist.parameter @stages : tensor<64xf32> stored <[["tp", "dp"] : 64]> resident <f32, <[["tp"] : 64], copied = ["dp"]>>
    held <bf16, <[["tp"] : 64], copied = ["dp"]>> parked <bf16, <[[]], copied = ["dp", "tp"]>> accumulator <f32, <[["tp"] : 64], partial = ["dp"]>> unit "" init "ones"
