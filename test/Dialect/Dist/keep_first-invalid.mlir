// RUN: shard-opt %s --split-input-file --verify-diagnostics

dist.mesh ["dp" = 2, "tp" = 4]
func.func @keep_first_c1(%x: tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) {
  // expected-error@+1 {{'dist.keep_first' op operand is P on "tp" and must be R or C}}
  %0 = dist.keep_first %x over ["tp"] cause "" : (tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) -> tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @keep_first_c1(%x: tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) {
  // expected-error@+1 {{'dist.keep_first' op operand is C on "tp" and must be R as it is on "dp"}}
  %0 = dist.keep_first %x over ["dp", "tp"] cause "" : (tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) -> tensor<4xf32, #dist.sharding<[[]], partial = ["dp", "tp"]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @keep_first_c1(%x: tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) {
  // expected-error@+1 {{'dist.keep_first' op result is R on "tp" and must be P}}
  %0 = dist.keep_first %x over ["tp"] cause "" : (tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) -> tensor<4xf32>
  return
}
