// RUN: shard-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{vocab_size must be positive, got 0}}
module @model_c1 attributes {nn.model = #nn.model<root = @Model, vocab_size = 0, initializer_range = 0.02>} {}

// -----

// expected-error@+1 {{initializer_range must be a number that is not negative, got -2.000000e-02}}
module @model_c2 attributes {nn.model = #nn.model<root = @Model, vocab_size = 4, initializer_range = -0.02>} {}

// -----

// expected-error@+1 {{the style of "lm_head" must be a name, got 1}}
module @model_c3 attributes {nn.model = #nn.model<root = @Model, vocab_size = 4, initializer_range = 0.02, tp_plan = {lm_head = 1}>} {}

// -----

// expected-error@+1 {{nn.model must be #nn.model of a module, got @Model on builtin.module}}
module attributes {nn.model = @Model} {}

// -----

// expected-error@+1 {{there is no attribute 'nn.root'}}
module attributes {nn.root = @Model} {}
