// RUN: shard-opt %s --verify-roundtrip
// RUN: shard-opt %s --split-input-file | FileCheck %s

// What differs from the default is printed, in the order of the table.
// CHECK: dist.settings = #dist.settings<>
module attributes {dist.settings = #dist.settings<distributed.dp_size = 1, train.clip_norm = 1.0>} {
}

// -----

// What others imply is not: a tenth of the rate.
// CHECK: #dist.settings<distributed.dp_size = 4, distributed.dp_replicate_size = 2, distributed.reshard_after_forward = false,
// CHECK-SAME: precision.param_dtype = bfloat16, precision.reduce_dtype = bfloat16, activation_checkpointing = modules,
// CHECK-SAME: train.learning_rate = 1.000000e-05, train.clip_norm = null>
module attributes {dist.settings = #dist.settings<train.min_learning_rate = 1.0e-6, train.learning_rate = 1.0e-5, distributed.dp_size = 4,
  distributed.dp_replicate_size = 2, precision.reduce_dtype = bfloat16, precision.param_dtype = bfloat16, train.clip_norm = null,
  activation_checkpointing = modules, distributed.reshard_after_forward = false>} {
}
