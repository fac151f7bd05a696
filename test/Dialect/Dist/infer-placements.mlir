// RUN: shard-opt %s --split-input-file --allow-unregistered-dialect -test-infer-placements --verify-diagnostics -o /dev/null

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

func.func @replicated(%0: tensor<4xf32>, %1: tensor<4xf32>) {
  // expected-remark@+1 {{'tensor<4xf32>'}}
  %r = "test.op"(%0, %1) {rule = "a, a -> a"} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return
}

func.func @sharded(%0: tensor<4xf32, #dist.sharding<[["tp"] : 8]>>, %1: tensor<4xf32, #dist.sharding<[["tp"] : 8]>>) {
  // expected-remark@+1 {{'tensor<4xf32, #dist.sharding<[["tp"] : 8]>>'}}
  %r = "test.op"(%0, %1) {rule = "a, a -> a"} : (tensor<4xf32, #dist.sharding<[["tp"] : 8]>>, tensor<4xf32, #dist.sharding<[["tp"] : 8]>>) -> tensor<4xf32>
  return
}

func.func @copied(%0: tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>, %1: tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) {
  // expected-remark@+1 {{'tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>'}}
  %r = "test.op"(%0, %1) {rule = "a, a -> a"} : (tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>, tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) -> tensor<4xf32>
  return
}

func.func @all_partial(%0: tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>, %1: tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) {
  // expected-remark@+1 {{'tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>'}}
  %r = "test.op"(%0, %1) {rule = "a, a -> a", linear = [array<i64: 0, 1>]} : (tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>, tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) -> tensor<4xf32>
  return
}

func.func @one_of_two_sets(%0: tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>, %1: tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) {
  // expected-remark@+1 {{'tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>'}}
  %r = "test.op"(%0, %1) {rule = "a, a -> a", linear = [array<i64: 0>, array<i64: 0, 1>]} : (tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>, tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) -> tensor<4xf32>
  return
}

func.func @partial_and_copied(%0: tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>, %1: tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) {
  // expected-remark@+1 {{'tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>'}}
  %r = "test.op"(%0, %1) {rule = "a, a -> a", linear = [array<i64: 0>, array<i64: 1>]} : (tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>, tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) -> tensor<4xf32>
  return
}

func.func @colwise(%0: tensor<2x8x16xf32, #dist.sharding<[[], [], []], copied = ["tp"]>>, %1: tensor<4x16xf32, #dist.sharding<[["tp"] : 8, []]>>) {
  // expected-remark@+1 {{'tensor<2x8x4xf32, #dist.sharding<[[], [], ["tp"] : 8]>>'}}
  %r = "test.op"(%0, %1) {rule = "b t i, o i -> b t o", linear = [array<i64: 0>, array<i64: 1>]} : (tensor<2x8x16xf32, #dist.sharding<[[], [], []], copied = ["tp"]>>, tensor<4x16xf32, #dist.sharding<[["tp"] : 8, []]>>) -> tensor<2x8x4xf32>
  return
}

func.func @rowwise(%0: tensor<2x8x8xf32, #dist.sharding<[[], [], ["tp"] : 16]>>, %1: tensor<6x8xf32, #dist.sharding<[[], ["tp"] : 16]>>) {
  // expected-remark@+1 {{'tensor<2x8x6xf32, #dist.sharding<[[], [], []], partial = ["tp"]>>'}}
  %r = "test.op"(%0, %1) {rule = "b t i, o i -> b t o", linear = [array<i64: 0>, array<i64: 1>]} : (tensor<2x8x8xf32, #dist.sharding<[[], [], ["tp"] : 16]>>, tensor<6x8xf32, #dist.sharding<[[], ["tp"] : 16]>>) -> tensor<2x8x6xf32>
  return
}

func.func @each_axis_by_itself(%0: tensor<2x8x16xf32, #dist.sharding<[["dp"] : 4, [], []], copied = ["tp"]>>, %1: tensor<4x16xf32, #dist.sharding<[["tp"] : 8, []], copied = ["dp"]>>) {
  // expected-remark@+1 {{'tensor<2x8x4xf32, #dist.sharding<[["dp"] : 4, [], ["tp"] : 8]>>'}}
  %r = "test.op"(%0, %1) {rule = "b t i, o i -> b t o", linear = [array<i64: 0>, array<i64: 1>]} : (tensor<2x8x16xf32, #dist.sharding<[["dp"] : 4, [], []], copied = ["tp"]>>, tensor<4x16xf32, #dist.sharding<[["tp"] : 8, []], copied = ["dp"]>>) -> tensor<2x8x4xf32>
  return
}

func.func @padded(%0: tensor<5xf32, #dist.sharding<[["tp"] : 9]>>, %1: tensor<5xf32, #dist.sharding<[["tp"] : 9]>>) {
  // expected-remark@+1 {{'tensor<5xf32, #dist.sharding<[["tp"] : 9]>>'}}
  %r = "test.op"(%0, %1) {rule = "a, a -> a"} : (tensor<5xf32, #dist.sharding<[["tp"] : 9]>>, tensor<5xf32, #dist.sharding<[["tp"] : 9]>>) -> tensor<5xf32>
  return
}

func.func @order_of_axes(%0: tensor<3xf32, #dist.sharding<[["tp", "dp"] : 10]>>, %1: tensor<3xf32, #dist.sharding<[["tp", "dp"] : 10]>>) {
  // expected-remark@+1 {{'tensor<3xf32, #dist.sharding<[["tp", "dp"] : 10]>>'}}
  %r = "test.op"(%0, %1) {rule = "a, a -> a"} : (tensor<3xf32, #dist.sharding<[["tp", "dp"] : 10]>>, tensor<3xf32, #dist.sharding<[["tp", "dp"] : 10]>>) -> tensor<3xf32>
  return
}

func.func @rank_zero(%0: tensor<4xf32, #dist.sharding<[["tp"] : 8]>>) {
  // expected-remark@+1 {{'tensor<f32, #dist.sharding<[], partial = ["tp"]>>'}}
  %r = "test.op"(%0) {rule = "a -> "} : (tensor<4xf32, #dist.sharding<[["tp"] : 8]>>) -> tensor<f32>
  return
}

// Positions are integers: R is as good as C.
func.func @compound(%0: tensor<2x8x4x16xf32, #dist.sharding<[[], [], ["tp"] : 8, []]>>, %1: tensor<2x8x2x16xf32, #dist.sharding<[[], [], ["tp"] : 4, []]>>, %2: tensor<2x8x2x16xf32, #dist.sharding<[[], [], ["tp"] : 4, []]>>, %3: tensor<2x8xi32>, %4: tensor<2x8xi32>) {
  // expected-remark@+1 {{'tensor<2x8x4x16xf32, #dist.sharding<[[], [], ["tp"] : 8, []]>>', 'tensor<2x8x4xf32, #dist.sharding<[[], [], ["tp"] : 8]>>'}}
  %r:2 = "test.op"(%0, %1, %2, %3, %4) {rule = "b t (k g) d, b s k d, b s k d, b t, b s -> b t (k g) d, b t (k g)", whole = "s d"} : (tensor<2x8x4x16xf32, #dist.sharding<[[], [], ["tp"] : 8, []]>>, tensor<2x8x2x16xf32, #dist.sharding<[[], [], ["tp"] : 4, []]>>, tensor<2x8x2x16xf32, #dist.sharding<[[], [], ["tp"] : 4, []]>>, tensor<2x8xi32>, tensor<2x8xi32>) -> (tensor<2x8x4x16xf32>, tensor<2x8x4xf32>)
  return
}

func.func @context(%0: tensor<2x8x4x16xf32, #dist.sharding<[[], ["cp"] : 16, [], []]>>, %1: tensor<2x16x2x16xf32, #dist.sharding<[[], [], [], []], copied = ["cp"]>>, %2: tensor<2x16x2x16xf32, #dist.sharding<[[], [], [], []], copied = ["cp"]>>, %3: tensor<2x8xi32, #dist.sharding<[[], ["cp"] : 16]>>, %4: tensor<2x16xi32>) {
  // expected-remark@+1 {{'tensor<2x8x4x16xf32, #dist.sharding<[[], ["cp"] : 16, [], []]>>', 'tensor<2x8x4xf32, #dist.sharding<[[], ["cp"] : 16, []]>>'}}
  %r:2 = "test.op"(%0, %1, %2, %3, %4) {rule = "b t (k g) d, b s k d, b s k d, b t, b s -> b t (k g) d, b t (k g)", whole = "s d"} : (tensor<2x8x4x16xf32, #dist.sharding<[[], ["cp"] : 16, [], []]>>, tensor<2x16x2x16xf32, #dist.sharding<[[], [], [], []], copied = ["cp"]>>, tensor<2x16x2x16xf32, #dist.sharding<[[], [], [], []], copied = ["cp"]>>, tensor<2x8xi32, #dist.sharding<[[], ["cp"] : 16]>>, tensor<2x16xi32>) -> (tensor<2x8x4x16xf32>, tensor<2x8x4xf32>)
  return
}

// A result that lacks the factor is a part of the sum.
func.func @result_without_the_factor(%0: tensor<2x4x4xf32, #dist.sharding<[["dp"] : 4, [], []]>>, %1: tensor<2x4xf32, #dist.sharding<[["dp"] : 4, []]>>) {
  // expected-remark@+1 {{'tensor<2x4x4xf32, #dist.sharding<[["dp"] : 4, [], []]>>', 'tensor<4xf32, #dist.sharding<[[]], partial = ["dp"]>>'}}
  %r:2 = "test.op"(%0, %1) {rule = "b t h, b t -> b t h, h"} : (tensor<2x4x4xf32, #dist.sharding<[["dp"] : 4, [], []]>>, tensor<2x4xf32, #dist.sharding<[["dp"] : 4, []]>>) -> (tensor<2x4x4xf32>, tensor<4xf32>)
  return
}

func.func @custom_contracted(%0: tensor<2x8xi32>, %1: tensor<5x16xf32, #dist.sharding<[["tp"] : 9, []]>>) {
  // expected-remark@+1 {{'tensor<2x8x16xf32, #dist.sharding<[[], [], []], partial = ["tp"]>>'}}
  %r = "test.op"(%0, %1) {rule = "b t, v d -> b t d", custom = "v"} : (tensor<2x8xi32>, tensor<5x16xf32, #dist.sharding<[["tp"] : 9, []]>>) -> tensor<2x8x16xf32>
  return
}

func.func @only_integers(%0: tensor<2x8xi32, #dist.sharding<[[], ["cp"] : 16]>>) {
  // expected-remark@+1 {{'tensor<2x8x4xf32, #dist.sharding<[[], ["cp"] : 16, []]>>'}}
  %r = "test.op"(%0) {rule = "b t -> b t d"} : (tensor<2x8xi32, #dist.sharding<[[], ["cp"] : 16]>>) -> tensor<2x8x4xf32>
  return
}

func.func @only_copied_integers(%0: tensor<2x8xi32, #dist.sharding<[[], []], copied = ["tp"]>>) {
  // expected-remark@+1 {{'tensor<2x8x4xf32, #dist.sharding<[[], [], []], copied = ["tp"]>>'}}
  %r = "test.op"(%0) {rule = "b t -> b t d"} : (tensor<2x8xi32, #dist.sharding<[[], []], copied = ["tp"]>>) -> tensor<2x8x4xf32>
  return
}

func.func @integers_do_not_decide(%0: tensor<4xf32>, %1: tensor<4xi32, #dist.sharding<[[]], copied = ["tp"]>>) {
  // expected-remark@+1 {{'tensor<4xf32>'}}
  %r = "test.op"(%0, %1) {rule = "a, a -> a"} : (tensor<4xf32>, tensor<4xi32, #dist.sharding<[[]], copied = ["tp"]>>) -> tensor<4xf32>
  return
}

func.func @split(%0: tensor<2x8x32xf32, #dist.sharding<[[], [], ["tp"] : 64]>>) {
  // expected-remark@+1 {{'tensor<2x8x2x16xf32, #dist.sharding<[[], [], ["tp"] : 4, []]>>'}}
  %r = "test.op"(%0) {rule = "b t (h d) -> b t h d"} : (tensor<2x8x32xf32, #dist.sharding<[[], [], ["tp"] : 64]>>) -> tensor<2x8x2x16xf32>
  return
}

// Three heads on two ranks: two, and one with padding.
func.func @split_unevenly(%0: tensor<2x8x32xf32, #dist.sharding<[[], [], ["tp"] : 48]>>) {
  // expected-remark@+1 {{'tensor<2x8x2x16xf32, #dist.sharding<[[], [], ["tp"] : 3, []]>>'}}
  %r = "test.op"(%0) {rule = "b t (h d) -> b t h d"} : (tensor<2x8x32xf32, #dist.sharding<[[], [], ["tp"] : 48]>>) -> tensor<2x8x2x16xf32>
  return
}

func.func @join(%0: tensor<2x8x2x16xf32, #dist.sharding<[[], [], ["tp"] : 4, []]>>) {
  // expected-remark@+1 {{'tensor<2x8x32xf32, #dist.sharding<[[], [], ["tp"] : 64]>>'}}
  %r = "test.op"(%0) {rule = "b t h d -> b t (h d)"} : (tensor<2x8x2x16xf32, #dist.sharding<[[], [], ["tp"] : 4, []]>>) -> tensor<2x8x32xf32>
  return
}

// One element for each rank, although the classes are padded.
func.func @groups_of_ranks(%0: tensor<2x8x505xf32, #dist.sharding<[[], [], ["tp"] : 1009]>>) {
  // expected-remark@+1 {{'tensor<2x8x1xf32, #dist.sharding<[[], [], ["tp"] : 2]>>'}}
  %r = "test.op"(%0) {rule = "b t (r v) -> b t r", whole = "v"} : (tensor<2x8x505xf32, #dist.sharding<[[], [], ["tp"] : 1009]>>) -> tensor<2x8x1xf32>
  return
}

func.func @groups_of_two_axes(%0: tensor<2x8x253xf32, #dist.sharding<[[], [], ["cp", "tp"] : 1009]>>) {
  // expected-remark@+1 {{'tensor<2x8x1xf32, #dist.sharding<[[], [], ["cp", "tp"] : 4]>>'}}
  %r = "test.op"(%0) {rule = "b t (r v) -> b t r", whole = "v"} : (tensor<2x8x253xf32, #dist.sharding<[[], [], ["cp", "tp"] : 1009]>>) -> tensor<2x8x1xf32>
  return
}

// The fourth rank has none of five classes, and its element is padding.
func.func @groups_without_elements(%0: tensor<2x8x2xf32, #dist.sharding<[[], [], ["cp", "tp"] : 5]>>) {
  // expected-remark@+1 {{'tensor<2x8x1xf32, #dist.sharding<[[], [], ["cp", "tp"] : 3]>>'}}
  %r = "test.op"(%0) {rule = "b t (r v) -> b t r", whole = "v"} : (tensor<2x8x2xf32, #dist.sharding<[[], [], ["cp", "tp"] : 5]>>) -> tensor<2x8x1xf32>
  return
}

func.func @groups_back(%0: tensor<2x8x1xf32, #dist.sharding<[[], [], ["tp"] : 2]>>, %1: tensor<2x8x505xf32, #dist.sharding<[[], [], ["tp"] : 1009]>>, %2: tensor<2x8x1xf32, #dist.sharding<[[], [], ["tp"] : 2]>>) {
  // expected-remark@+1 {{'tensor<2x8x505xf32, #dist.sharding<[[], [], ["tp"] : 1009]>>'}}
  %r = "test.op"(%0, %1, %2) {rule = "b t r, b t (r v), b t r -> b t (r v)", whole = "v"} : (tensor<2x8x1xf32, #dist.sharding<[[], [], ["tp"] : 2]>>, tensor<2x8x505xf32, #dist.sharding<[[], [], ["tp"] : 1009]>>, tensor<2x8x1xf32, #dist.sharding<[[], [], ["tp"] : 2]>>) -> tensor<2x8x505xf32>
  return
}

// A factor of the results alone is sharded as the hint says.
func.func @hint(%0: tensor<2x8x4xf32, #dist.sharding<[[], [], []], copied = ["tp"]>>, %1: tensor<2x8xi32>) {
  // expected-remark@+1 {{'tensor<5x4xf32, #dist.sharding<[["tp"] : 9, []]>>'}}
  %r = "test.op"(%0, %1) {rule = "b t d, b t -> v d", hints = [#dist.sharding<[["tp"] : 9, []]>]} : (tensor<2x8x4xf32, #dist.sharding<[[], [], []], copied = ["tp"]>>, tensor<2x8xi32>) -> tensor<5x4xf32>
  return
}

func.func @hint_and_contraction(%0: tensor<2x8x4xf32, #dist.sharding<[["dp"] : 4, [], []], copied = ["tp"]>>, %1: tensor<2x8xi32, #dist.sharding<[["dp"] : 4, []]>>) {
  // expected-remark@+1 {{'tensor<5x4xf32, #dist.sharding<[["tp"] : 9, []], partial = ["dp"]>>'}}
  %r = "test.op"(%0, %1) {rule = "b t d, b t -> v d", hints = [#dist.sharding<[["tp"] : 9, []]>]} : (tensor<2x8x4xf32, #dist.sharding<[["dp"] : 4, [], []], copied = ["tp"]>>, tensor<2x8xi32, #dist.sharding<[["dp"] : 4, []]>>) -> tensor<5x4xf32>
  return
}

func.func @hint_in_order(%0: tensor<f32, #dist.sharding<[], copied = ["cp", "dp", "tp"]>>) {
  // expected-remark@+1 {{'tensor<2x4xf32, #dist.sharding<[["tp", "cp"] : 8, ["dp"] : 8]>>'}}
  %r = "test.op"(%0) {rule = " -> a b", hints = [#dist.sharding<[["tp", "cp"] : 8, ["dp"] : 8]>]} : (tensor<f32, #dist.sharding<[], copied = ["cp", "dp", "tp"]>>) -> tensor<2x4xf32>
  return
}

func.func @hint_for_size(%0: tensor<2x8x1xf32, #dist.sharding<[[], [], ["tp"] : 2]>>, %1: tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) {
  // expected-remark@+1 {{'tensor<2x8x505xf32, #dist.sharding<[[], [], ["tp"] : 1009]>>', 'tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>'}}
  %r:2 = "test.op"(%0, %1) {rule = "b t r, w -> b t (r v), w", hints = [#dist.sharding<[[], [], ["tp"] : 1009]>, #dist.sharding<[[]]>]} : (tensor<2x8x1xf32, #dist.sharding<[[], [], ["tp"] : 2]>>, tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) -> (tensor<2x8x505xf32>, tensor<4xf32>)
  return
}

// Only zeros may be P.
func.func @constant() {
  // expected-remark@+1 {{'tensor<4xf32, #dist.sharding<[["tp"] : 8], copied = ["dp"]>>'}}
  %r = "test.op"() {rule = "() -> a", hints = [#dist.sharding<[["tp"] : 8], copied = ["dp"], partial = ["cp"]>]} : () -> tensor<4xf32>
  return
}

func.func @zeros() {
  // expected-remark@+1 {{'tensor<4xf32, #dist.sharding<[["tp"] : 8], copied = ["dp"], partial = ["cp"]>>'}}
  %r = "test.op"() {rule = "() -> a", hints = [#dist.sharding<[["tp"] : 8], copied = ["dp"], partial = ["cp"]>], linear = [array<i64>]} : () -> tensor<4xf32>
  return
}
