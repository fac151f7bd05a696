// RUN: shard-opt %s --shardc-plan-chains | FileCheck %s
// RUN: shard-opt %s --shardc-set-settings="set=distributed.reshard_after_forward=true" --shardc-plan-chains | FileCheck %s --check-prefix=RESHARD
// RUN: shard-opt %s --shardc-set-settings="set=distributed.reshard_after_forward=false" --shardc-plan-chains | FileCheck %s --check-prefix=KEEP
// RUN: shard-opt %s --shardc-set-settings="set=precision.param_dtype=bfloat16,precision.reduce_dtype=bfloat16" --shardc-set-compute-type --shardc-plan-chains | FileCheck %s --check-prefix=NARROW

// The root and the last unit that is gathered, `b`, are kept for the backward pass. `c` comes after it, and nothing leads from where its bias is stored to
// where it is computed but, in bfloat16, a cast. Gradients are scattered over dp_shard in every micro batch, and summed over dp_replicate in the last.
dist.mesh ["dp_replicate" = 2, "dp_shard" = 2]

// CHECK:   dist.parameter @embed : tensor<16x8xf32> stored <{{.*}}> parked <f32, <{{\[}}[], []], copied = ["dp_replicate", "dp_shard"]>> accumulator <f32, <{{\[}}["dp_shard"] : 16, []], partial = ["dp_replicate"]>> unit ""
// RESHARD: dist.parameter @embed : tensor<16x8xf32> stored <{{\[}}["dp_shard"] : 16, []]> accumulator <f32, <{{\[}}["dp_shard"] : 16, []], partial = ["dp_replicate"]>> unit ""
// NARROW:  dist.parameter @embed : tensor<16x8xf32> stored <{{.*}}> parked <bf16, <{{.*}}>> accumulator <f32, <{{.*}}>> reduced in bf16 unit ""
dist.parameter @embed : tensor<16x8xf32> stored <[["dp_shard"] : 16, []]> unit "" init "normal"
// CHECK:   dist.parameter @a : tensor<8xf32> stored <{{\[}}["dp_shard"] : 8]> accumulator <f32, <{{\[}}["dp_shard"] : 8], partial = ["dp_replicate"]>> unit "a"
// KEEP:    dist.parameter @a : tensor<8xf32> stored <{{.*}}> parked <f32, <{{\[}}[]], copied = ["dp_replicate", "dp_shard"]>> accumulator
// NARROW:  dist.parameter @a : tensor<8xf32> stored <{{\[}}["dp_shard"] : 8]> accumulator <f32, <{{.*}}>> reduced in bf16 unit "a"
dist.parameter @a : tensor<8xf32> stored <[["dp_shard"] : 8]> unit "a" init "ones"
// CHECK:   dist.parameter @b : tensor<8xf32> stored <{{.*}}> parked <f32, <{{\[}}[]], copied = ["dp_replicate", "dp_shard"]>> accumulator
// RESHARD: dist.parameter @b : tensor<8xf32> stored <{{\[}}["dp_shard"] : 8]> accumulator
// NARROW:  dist.parameter @b : tensor<8xf32> stored <{{\[}}["dp_shard"] : 8]> accumulator
dist.parameter @b : tensor<8xf32> stored <[["dp_shard"] : 8]> unit "b" init "ones"
// CHECK:   dist.parameter @c : tensor<f32> stored <[]> accumulator <f32, <[], partial = ["dp_replicate", "dp_shard"]>> unit "c"
// KEEP:    dist.parameter @c : tensor<f32> stored <[]> accumulator
// NARROW:  dist.parameter @c : tensor<f32> stored <[]> parked <bf16, <[], copied = ["dp_replicate", "dp_shard"]>> accumulator <f32, <[], partial = ["dp_replicate", "dp_shard"]>> reduced in bf16 unit "c"
dist.parameter @c : tensor<f32> stored <[]> unit "c" init "ones"

// What no use reaches is as it was.
// CHECK: dist.parameter @unused : tensor<8xf32> stored <{{\[}}["dp_shard"] : 8]> unit "d"
dist.parameter @unused : tensor<8xf32> stored <[["dp_shard"] : 8]> unit "d" init "ones"

func.func @forward() {
  %0 = dist.unshard @embed computed <[[], []], copied = ["dp_replicate", "dp_shard"]> cause "embed" : tensor<16x8xf32>
  %1 = dist.unshard @a computed <[[]], copied = ["dp_replicate", "dp_shard"]> cause "a" : tensor<8xf32>
  %2 = dist.unshard @b computed <[[]], copied = ["dp_replicate", "dp_shard"]> cause "b" : tensor<8xf32>
  %3 = dist.unshard @c computed <[], copied = ["dp_replicate", "dp_shard"]> cause "c" : tensor<f32>
  %4 = dist.unshard @embed computed <[[], []], copied = ["dp_replicate", "dp_shard"]> cause "embed" : tensor<16x8xf32>
  return
}
