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
