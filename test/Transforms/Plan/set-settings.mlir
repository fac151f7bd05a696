// A module carries its settings; what is set of them changes, the rest stays, and what is open follows.
// RUN: shard-opt %s --shardc-set-settings="set=distributed.dp_size=4,train.learning_rate=1e-3,activation_checkpointing=every:2" | FileCheck %s
// CHECK: dist.settings = #dist.settings<distributed.dp_size = 4, precision.param_dtype = bfloat16, activation_checkpointing = "every:2",
// CHECK-SAME: train.learning_rate = 1.000000e-03, train.min_learning_rate = 3.000000e-05>

// The pipelines of phases take the same, by the last component of a key.
// RUN: shard-opt %s --pass-pipeline="builtin.module(shardc-import{dp_size=4 clip_norm=null})" | FileCheck %s --check-prefix=PIPELINE
// PIPELINE: #dist.settings<distributed.dp_size = 4, precision.param_dtype = bfloat16, train.clip_norm = null>

// DEFINE: %{set} =
// DEFINE: %{refused} = not shard-opt %s --shardc-set-settings="set=%{set}" 2>&1
// REDEFINE: %{set} = distributed.tp_sise=2
// RUN: %{refused} | FileCheck %s --check-prefix=UNKNOWN
// UNKNOWN: error: unknown key distributed.tp_sise, did you mean distributed.tp_size?
// REDEFINE: %{set} = precision.param_dtype=float16
// RUN: %{refused} | FileCheck %s --check-prefix=LATER
// LATER: error: precision.param_dtype=float16 is not supported yet
// REDEFINE: %{set} = distributed.cp_size=2
// RUN: %{refused} | FileCheck %s --check-prefix=SEQUENCE
// SEQUENCE: error: distributed.cp_size=2 is not supported yet
// REDEFINE: %{set} = distributed.reshard_after_forward=4
// RUN: %{refused} | FileCheck %s --check-prefix=RANKS
// RANKS: error: distributed.reshard_after_forward=4 is not supported yet
// REDEFINE: %{set} = distributed.reshard_after_forward=maybe
// RUN: %{refused} | FileCheck %s --check-prefix=WORD
// WORD: error: distributed.reshard_after_forward must be true or false, got maybe
// REDEFINE: %{set} = train.min_learning_rate=1.0
// RUN: %{refused} | FileCheck %s --check-prefix=RATE
// RATE: error: train.min_learning_rate must be at most train.learning_rate (0.0003), got 1

module attributes {dist.settings = #dist.settings<distributed.dp_size = 2, precision.param_dtype = bfloat16>} {
}
