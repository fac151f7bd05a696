// RUN: shard-opt %s --verify-roundtrip | FileCheck %s

// CHECK: dist.mesh ["dp_replicate" = 1, "dp_shard" = 2, "cp" = 1, "tp" = 4]
dist.mesh ["dp_replicate" = 1, "dp_shard" = 2, "cp" = 1, "tp" = 4]
