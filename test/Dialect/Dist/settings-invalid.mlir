// RUN: shard-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{distributed.dp_size must be a multiple of distributed.dp_replicate_size (2), got 3}}
module @settings_c1 attributes {dist.settings = #dist.settings<distributed.dp_size = 3, distributed.dp_replicate_size = 2>} {
}

// -----

// expected-error@+1 {{dp_size x tp_size x cp_size (65536 x 65536 x 1) must be at most 2147483647 ranks}}
module @settings_ranks attributes {dist.settings = #dist.settings<distributed.dp_size = 65536, distributed.tp_size = 65536>} {
}

// -----

// expected-error@+1 {{precision.reduce_dtype must be float32 where precision.param_dtype is float32, got bfloat16}}
module @settings_c2 attributes {dist.settings = #dist.settings<precision.reduce_dtype = bfloat16>} {
}

// -----

// expected-error@+1 {{precision.float32_matmul must be ieee where precision.param_dtype is float64, got tf32}}
module @settings_c3 attributes {dist.settings = #dist.settings<precision.param_dtype = float64, precision.float32_matmul = tf32>} {
}

// -----

// expected-error@+1 {{train.min_learning_rate must be at most train.learning_rate (0.0003), got 1}}
module @settings_c4 attributes {dist.settings = #dist.settings<train.min_learning_rate = 1.0>} {
}

// -----

// expected-error@+1 {{distributed.strategy is no setting that a module carries}}
#strategy = #dist.settings<distributed.strategy = ddp>

// -----

// expected-error@+1 {{train.beta1 must be a number of at least 0 and below 1, got 1}}
#range = #dist.settings<train.beta1 = 1.0>

// -----

// expected-error@+1 {{dist.settings must be #dist.settings of a module, got 3 : i64 on builtin.module}}
module attributes {dist.settings = 3} {
}
