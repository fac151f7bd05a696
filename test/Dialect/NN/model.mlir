// What is known of a model beside its classes.
// RUN: shard-opt %s | shard-opt | FileCheck %s

// CHECK: module attributes {nn.model = #nn.model<root = @Model, vocab_size = 16, initializer_range = 2.000000e-02 : f64, tp_plan = {"layers.*.up" = "colwise"}, tp_plan_hf = {}, mathematics = {rope_theta = {value = 1.000000e+04 : f64}}, config = "{}">}
module attributes {nn.model = #nn.model<config = "{}", root = @Model, vocab_size = 16, initializer_range = 2.0e-2,
    mathematics = {rope_theta = {value = 1.0e4}}, tp_plan = {"layers.*.up" = "colwise"}, tp_plan_hf = {}>} {
}
