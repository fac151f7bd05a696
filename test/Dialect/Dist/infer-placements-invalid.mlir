// RUN: shard-opt %s --split-input-file --allow-unregistered-dialect -test-infer-placements --verify-diagnostics -o /dev/null

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

func.func @sharded_and_replicated(%0: tensor<2x8x16xf32>, %1: tensor<4x16xf32, #dist.sharding<[["tp"] : 8, []]>>) {
  // expected-error@+1 {{'test.op' op operand 0 is R on "tp" and must be C: operand 1 is sharded there}}
  %r = "test.op"(%0, %1) {rule = "b t i, o i -> b t o"} : (tensor<2x8x16xf32>, tensor<4x16xf32, #dist.sharding<[["tp"] : 8, []]>>) -> tensor<2x8x4xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

func.func @sharded_and_partial(%0: tensor<4x2xf32, #dist.sharding<[["tp"] : 8, []]>>, %1: tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) {
  // expected-error@+1 {{'test.op' op operand 1 is P on "tp" and must be S in dimension 0: operand 0 is sharded there}}
  %r = "test.op"(%0, %1) {rule = "a b, a -> a b"} : (tensor<4x2xf32, #dist.sharding<[["tp"] : 8, []]>>, tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) -> tensor<4x2xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

func.func @sharded_elsewhere(%0: tensor<4x4xf32, #dist.sharding<[["tp"] : 8, []]>>, %1: tensor<4x4xf32, #dist.sharding<[[], ["tp"] : 8]>>) {
  // expected-error@+1 {{'test.op' op operand 1 is S on "tp" and must be S in dimension 0: operand 0 is sharded there}}
  %r = "test.op"(%0, %1) {rule = "a b, a b -> a b"} : (tensor<4x4xf32, #dist.sharding<[["tp"] : 8, []]>>, tensor<4x4xf32, #dist.sharding<[[], ["tp"] : 8]>>) -> tensor<4x4xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

func.func @integer_elsewhere(%0: tensor<2x8x4xf32, #dist.sharding<[["dp"] : 4, [], []]>>, %1: tensor<2x8xi32>) {
  // expected-error@+1 {{'test.op' op operand 1 is R on "dp" and must be S in dimension 0: operand 0 is sharded there}}
  %r = "test.op"(%0, %1) {rule = "b t d, b t -> b t d"} : (tensor<2x8x4xf32, #dist.sharding<[["dp"] : 4, [], []]>>, tensor<2x8xi32>) -> tensor<2x8x4xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

func.func @partial_integer(%0: tensor<2x4xf32, #dist.sharding<[["tp"] : 4, []]>>, %1: tensor<2xi32, #dist.sharding<[[]], partial = ["tp"]>>) {
  // expected-error@+1 {{'test.op' op operand 1 is P on "tp" and must be S in dimension 0: operand 0 is sharded there}}
  %r = "test.op"(%0, %1) {rule = "b d, b -> b d"} : (tensor<2x4xf32, #dist.sharding<[["tp"] : 4, []]>>, tensor<2xi32, #dist.sharding<[[]], partial = ["tp"]>>) -> tensor<2x4xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

func.func @whole(%0: tensor<2x4xf32, #dist.sharding<[[], ["tp"] : 8]>>) {
  // expected-error@+1 {{'test.op' op operand 0 is sharded on "tp" in dimension 1, and factor d must be whole}}
  %r = "test.op"(%0) {rule = "b d -> b d", whole = "d"} : (tensor<2x4xf32, #dist.sharding<[[], ["tp"] : 8]>>) -> tensor<2x4xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

func.func @no_factor(%0: tensor<2x1xf32, #dist.sharding<[[], ["tp"] : 2]>>) {
  // expected-error@+1 {{'test.op' op operand 0 is sharded on "tp" in dimension 1, which has no factor}}
  %r = "test.op"(%0) {rule = "b 1 -> b 1"} : (tensor<2x1xf32, #dist.sharding<[[], ["tp"] : 2]>>) -> tensor<2x1xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

func.func @minor_factor(%0: tensor<2xf32, #dist.sharding<[["tp"] : 4]>>, %1: tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) {
  // expected-error@+1 {{'test.op' op factor g is sharded on "tp" and is not the major one of dimension 0 of operand 1}}
  %r = "test.op"(%0, %1) {rule = "g, (k g) -> k"} : (tensor<2xf32, #dist.sharding<[["tp"] : 4]>>, tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) -> tensor<2xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

func.func @minor_in_result(%0: tensor<2x4xf32, #dist.sharding<[[], ["tp"] : 8]>>) {
  // expected-error@+1 {{'test.op' op factor d is sharded on "tp" and is not the major one of dimension 0 of result 0}}
  %r = "test.op"(%0) {rule = "b d -> (b d)"} : (tensor<2x4xf32, #dist.sharding<[[], ["tp"] : 8]>>) -> tensor<8xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

func.func @not_linear(%0: tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) {
  // expected-error@+1 {{'test.op' op operand 0 is P on "tp" and must be reduced: the operation is not linear in it}}
  %r = "test.op"(%0) {rule = "a -> a"} : (tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) -> tensor<4xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

func.func @jointly_linear(%0: tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>, %1: tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) {
  // expected-error@+1 {{'test.op' op operand 0 is C on "tp" and must be P: operand 1 is P}}
  %r = "test.op"(%0, %1) {rule = "a, a -> a", linear = [array<i64: 0, 1>]} : (tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>, tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) -> tensor<4xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

func.func @twice_partial(%0: tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>, %1: tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) {
  // expected-error@+1 {{'test.op' op operand 1 is P on "tp" and must be C: operand 0 is P}}
  %r = "test.op"(%0, %1) {rule = "a, a -> a", linear = [array<i64: 0>, array<i64: 1>]} : (tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>, tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) -> tensor<4xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

func.func @partial_and_replicated(%0: tensor<4xf32>, %1: tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) {
  // expected-error@+1 {{'test.op' op operand 0 is R on "tp" and must be C: operand 1 is P}}
  %r = "test.op"(%0, %1) {rule = "a, a -> a", linear = [array<i64: 0>, array<i64: 1>]} : (tensor<4xf32>, tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) -> tensor<4xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

func.func @copied_and_replicated(%0: tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>, %1: tensor<4xf32>) {
  // expected-error@+1 {{'test.op' op operand 1 is R on "tp" and must be C: operand 0 is C}}
  %r = "test.op"(%0, %1) {rule = "a, a -> a"} : (tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>, tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

func.func @order(%0: tensor<3xf32, #dist.sharding<[["tp", "dp"] : 10]>>, %1: tensor<3xf32, #dist.sharding<[["dp", "tp"] : 10]>>) {
  // expected-error@+1 {{'test.op' op operand 1 is sharded over ["dp", "tp"] in dimension 0 and must be over ["tp", "dp"] as operand 0 is}}
  %r = "test.op"(%0, %1) {rule = "a, a -> a"} : (tensor<3xf32, #dist.sharding<[["tp", "dp"] : 10]>>, tensor<3xf32, #dist.sharding<[["dp", "tp"] : 10]>>) -> tensor<3xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

func.func @sizes(%0: tensor<4xf32, #dist.sharding<[["tp"] : 8]>>, %1: tensor<4xf32, #dist.sharding<[["tp"] : 7]>>) {
  // expected-error@+1 {{'test.op' op operand 1 has global size 7 in dimension 0 and must have 8 as operand 0 has}}
  %r = "test.op"(%0, %1) {rule = "a, a -> a"} : (tensor<4xf32, #dist.sharding<[["tp"] : 8]>>, tensor<4xf32, #dist.sharding<[["tp"] : 7]>>) -> tensor<4xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

// 12 heads in 3 groups over 2 ranks: the heads are halved, the groups are 2 and 1.
func.func @cuts(%0: tensor<6xf32, #dist.sharding<[["tp"] : 12]>>, %1: tensor<2xf32, #dist.sharding<[["tp"] : 3]>>) {
  // expected-error@+1 {{'test.op' op dimension 0 of operand 0 has global size 12 and is not cut over 2 ranks where dimension 0 of operand 1 of size 3 is}}
  %r = "test.op"(%0, %1) {rule = "(k g), k -> (k g)"} : (tensor<6xf32, #dist.sharding<[["tp"] : 12]>>, tensor<2xf32, #dist.sharding<[["tp"] : 3]>>) -> tensor<6xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

func.func @uneven_join(%0: tensor<2x16xf32, #dist.sharding<[["tp"] : 3, []]>>) {
  // expected-error@+1 {{'test.op' op dimension 0 of operand 0 has global size 3, which must divide among the ranks of ["tp"]}}
  %r = "test.op"(%0) {rule = "h d -> (h d)"} : (tensor<2x16xf32, #dist.sharding<[["tp"] : 3, []]>>) -> tensor<32xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

func.func @hint_on_replicated(%0: tensor<2x8x4xf32>, %1: tensor<2x8xi32>) {
  // expected-error@+1 {{'test.op' op operand 0 is R on "tp" and must be C: factor v of the results is sharded there}}
  %r = "test.op"(%0, %1) {rule = "b t d, b t -> v d", hints = [#dist.sharding<[["tp"] : 9, []]>]} : (tensor<2x8x4xf32>, tensor<2x8xi32>) -> tensor<5x4xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

func.func @rule(%0: tensor<4xf32>) {
  // expected-error@+1 {{'test.op' op rule a, a -> a does not have its operands and results}}
  %r = "test.op"(%0) {rule = "a, a -> a"} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "cp" = 2, "tp" = 2]

func.func @rank_of_rule(%0: tensor<2x4xf32>) {
  // expected-error@+1 {{'test.op' op rule a -> a does not have its operands and results}}
  %r = "test.op"(%0) {rule = "a -> a"} : (tensor<2x4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @no_mesh(%0: tensor<4xf32, #dist.sharding<[["tp"] : 8]>>) {
  // expected-error@+1 {{'test.op' op needs a dist.mesh in its module}}
  %r = "test.op"(%0) {rule = "a -> a"} : (tensor<4xf32, #dist.sharding<[["tp"] : 8]>>) -> tensor<4xf32>
  return
}
