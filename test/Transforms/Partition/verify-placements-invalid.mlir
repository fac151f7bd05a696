// RUN: shard-opt %s --shardc-verify-placements --split-input-file --verify-diagnostics

// The all-reduce behind a row-wise product is missing: its result says that it is whole.
#k = #dist.sharding<[[], ["tp"] : 8]>
dist.mesh ["tp" = 2]
func.func @missing_all_reduce(%x: tensor<4x4xf32, #k>, %w: tensor<8x4xf32, #k>) -> tensor<4x8xf32> {
  // expected-error@+1 {{'nn.linear' op result 0 is R on "tp", but its operands make it P}}
  %0 = nn.linear %x, %w : (tensor<4x4xf32, #k>, tensor<8x4xf32, #k>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}

// -----

// The same, but the next operation takes it for whole.
#k = #dist.sharding<[[], ["tp"] : 8]>
#p = #dist.sharding<[[], []], partial = ["tp"]>
dist.mesh ["tp" = 2]
func.func @missing_all_reduce_before_silu(%x: tensor<4x4xf32, #k>, %w: tensor<8x4xf32, #k>) -> tensor<4x8xf32, #p> {
  %0 = nn.linear %x, %w : (tensor<4x4xf32, #k>, tensor<8x4xf32, #k>) -> tensor<4x8xf32, #p>
  // expected-error@+1 {{'nn.silu' op operand 0 is P on "tp" and must be reduced: the operation is not linear in it}}
  %1 = nn.silu %0 : tensor<4x8xf32, #p>
  return %1 : tensor<4x8xf32, #p>
}

// -----

// A value that is whole already is reduced again.
dist.mesh ["tp" = 2]
func.func @double_reduction(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // expected-error@+1 {{'dist.all_reduce' op operand is R on "tp" and must be P}}
  %0 = dist.all_reduce %x over ["tp"] cause "o: rowwise" : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}

// -----

// Each rank's use of a whole value counts by itself, and nothing says so: its cotangent would lack the others' parts.
#n = #dist.sharding<[["tp"] : 8, []]>
#y = #dist.sharding<[[], ["tp"] : 8]>
dist.mesh ["tp" = 2]
func.func @missing_vary(%x: tensor<4x8xf32>, %w: tensor<4x8xf32, #n>) -> tensor<4x4xf32, #y> {
  // expected-error@+1 {{'nn.linear' op operand 0 is R on "tp" and must be C: operand 1 is sharded there}}
  %0 = nn.linear %x, %w : (tensor<4x8xf32>, tensor<4x8xf32, #n>) -> tensor<4x4xf32, #y>
  return %0 : tensor<4x4xf32, #y>
}

// -----

// A sum of a whole value and a partial one would count the whole one on each rank.
#p = #dist.sharding<[[], []], partial = ["tp"]>
dist.mesh ["tp" = 2]
func.func @half_partial(%x: tensor<4x8xf32, #p>, %y: tensor<4x8xf32>) -> tensor<4x8xf32, #p> {
  // expected-error@+1 {{'nn.add' op operand 1 is R on "tp" and must be P: operand 0 is P}}
  %0 = nn.add %x, %y : (tensor<4x8xf32, #p>, tensor<4x8xf32>) -> tensor<4x8xf32, #p>
  return %0 : tensor<4x8xf32, #p>
}

// -----

// The result is sharded where it is whole.
#s = #dist.sharding<[["tp"] : 8, []]>
dist.mesh ["tp" = 2]
func.func @sharded_for_whole(%x: tensor<4x8xf32>) -> tensor<4x8xf32, #s> {
  // expected-error@+1 {{'nn.add' op result 0 is S in dimension 0 on "tp", but its operands make it R}}
  %0 = nn.add %x, %x : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32, #s>
  return %0 : tensor<4x8xf32, #s>
}

// -----

// A row that must be whole is not.
#s = #dist.sharding<[[], [], ["tp"] : 8]>
dist.mesh ["tp" = 2]
func.func @split_row(%x: tensor<4x2x4xf32, #s>, %w: tensor<4xf32, #dist.sharding<[["tp"] : 8]>>) -> tensor<4x2x4xf32, #s> {
  // expected-error@+1 {{'nn.rms_norm' op operand 0 is sharded on "tp" in dimension 2, and factor d must be whole}}
  %0 = nn.rms_norm %x, %w epsilon = 1.0e-5 size = 8 : (tensor<4x2x4xf32, #s>, tensor<4xf32, #dist.sharding<[["tp"] : 8]>>) -> tensor<4x2x4xf32, #s>
  return %0 : tensor<4x2x4xf32, #s>
}

// -----

// The gradient of a sharded parameter is whole: the ranks would add what they should have scattered.
dist.mesh ["dp_shard" = 2]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<8xf32> stored <[["dp_shard"] : 8]> unit "" init "ones"
func.func @whole_gradient(%g: tensor<8xf32>) {
  // expected-error@+1 {{'dist.accumulate' op changes "dp_shard" from S to R}}
  dist.accumulate %g, @w cause "w" : tensor<8xf32>
  return
}

// -----

// A gradient is the dual of a computed placement: never copied.
dist.mesh ["dp_replicate" = 2]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<8xf32> stored <[[]]> unit "" init "ones"
func.func @copied_gradient(%g: tensor<8xf32, #dist.sharding<[[]], copied = ["dp_replicate"]>>) {
  // expected-error@+1 {{'dist.accumulate' op changes "dp_replicate" from R to P}}
  dist.accumulate %g, @w cause "w" : tensor<8xf32, #dist.sharding<[[]], copied = ["dp_replicate"]>>
  return
}

// -----

// The gradient of a whole parameter is a part.
dist.mesh ["tp" = 2]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<8xf32> stored <[[]]> unit "" init "ones"
func.func @sharded_gradient(%g: tensor<4xf32, #dist.sharding<[["tp"] : 8]>>) {
  // expected-error@+1 {{'dist.accumulate' op changes "tp" from R to S}}
  dist.accumulate %g, @w cause "w" : tensor<4xf32, #dist.sharding<[["tp"] : 8]>>
  return
}

// -----

// A gradient that is not reduced yet reaches the norm.
dist.mesh ["dp_replicate" = 2]
dist.parameter @w : tensor<8xf32> stored <[[]]> accumulator <f32, <[[]], partial = ["dp_replicate"]>> unit "" init "ones"
func.func @update() -> tensor<f32> {
  %g = dist.read @w[gradient] : tensor<8xf32, #dist.sharding<[[]], partial = ["dp_replicate"]>>
  // expected-error@+1 {{'nn.square_sum' op operand 0 is P on "dp_replicate" and must be reduced: the operation is not linear in it}}
  %0 = nn.square_sum %g : (tensor<8xf32, #dist.sharding<[[]], partial = ["dp_replicate"]>>) -> tensor<f32>
  return %0 : tensor<f32>
}

// -----

// The parameter is used whole along tp, and its gradient is not reduced there.
#c = #dist.sharding<[[]], copied = ["dp_shard"]>
dist.mesh ["dp_shard" = 2, "tp" = 2]
dist.parameter @w : tensor<8xf32> stored <[["dp_shard"] : 8]> unit "" init "ones"
func.func @not_dual(%g: tensor<8xf32, #dist.sharding<[[]], partial = ["dp_shard", "tp"]>>) {
  // expected-note@+1 {{used here as 'tensor<8xf32, #dist.sharding<[[]], copied = ["dp_shard"]>>', whose gradient is 'tensor<8xf32, #dist.sharding<[[]], partial = ["dp_shard"]>>'}}
  %w = dist.unshard @w cause "w" : tensor<8xf32, #c>
  // expected-error@+1 {{'dist.accumulate' op gradient of w is the dual of none of its uses}}
  dist.accumulate %g, @w cause "w" : tensor<8xf32, #dist.sharding<[[]], partial = ["dp_shard", "tp"]>>
  return
}

// -----

// The axes of a dimension are chunked in another order: the rows are not those that the operands have.
#a = #dist.sharding<[["dp_shard", "tp"] : 8, []]>
#b = #dist.sharding<[["tp", "dp_shard"] : 8, []]>
dist.mesh ["dp_shard" = 2, "tp" = 2]
func.func @other_order(%x: tensor<2x8xf32, #a>) -> tensor<2x8xf32, #b> {
  // expected-error@+1 {{'nn.add' op result 0 has the axes of a dimension in another order than its operands}}
  %0 = nn.add %x, %x : (tensor<2x8xf32, #a>, tensor<2x8xf32, #a>) -> tensor<2x8xf32, #b>
  return %0 : tensor<2x8xf32, #b>
}

// -----

// A parameter is used twice, and the optimizer gets the gradient of one use.
#c = #dist.sharding<[[]], copied = ["dp"]>
#p = #dist.sharding<[[]], partial = ["dp"]>
dist.mesh ["dp" = 2]
dist.parameter @w : tensor<4xf32> stored <[[]]> accumulator <f32, <[[]], partial = ["dp"]>> unit "" init "ones"
func.func @micro() {
  %0 = dist.unshard @w cause "first" : tensor<4xf32, #c>
  // expected-error@+1 {{'dist.unshard' op is used, but no dist.accumulate adds its gradient to that of @w}}
  %1 = dist.unshard @w cause "second" : tensor<4xf32, #c>
  %g = dist.keep_first %0 over ["dp"] cause "" : (tensor<4xf32, #c>) -> tensor<4xf32, #p>
  dist.accumulate %g, @w cause "first" : tensor<4xf32, #p>
  return
}
func.func @update() {
  // expected-note@+1 {{the gradient is read here}}
  %g = dist.read @w[gradient] : tensor<4xf32>
  return
}
