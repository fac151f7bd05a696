// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
dist.mesh ["dp" = 2, "tp" = 4]

// CHECK: dist.parameter @model.norm.weight : tensor<64xf32> stored <{{\[}}["dp"] : 64]> unit "" init "ones" {aliases = []}
dist.parameter @"model.norm.weight" : tensor<64xf32> stored <[["dp"] : 64]> unit "" init "ones" {aliases = []}

// CHECK: dist.parameter @w : tensor<10x6xf64> stored <{{\[}}["tp", "dp"] : 10, []]> unit "model.layers.0" init "normal" {aliases = ["lm_head.weight"]}
dist.parameter @w : tensor<10x6xf64> stored <[["tp", "dp"] : 10, []]> unit "model.layers.0" init "normal" {aliases = ["lm_head.weight"]}

// CHECK: dist.parameter @r : tensor<4xf32> stored <{{\[}}[]]> unit "" init "zeros"
dist.parameter @r : tensor<4xf32> stored <[[]]> unit "" init "zeros"
