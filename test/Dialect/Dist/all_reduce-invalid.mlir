// RUN: shard-opt %s --split-input-file --verify-diagnostics

dist.mesh ["dp" = 2, "tp" = 4]
func.func @all_reduce_c1(%x: tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) {
  // expected-error@+1 {{'dist.all_reduce' op operand is C on "tp" and must be P}}
  %0 = dist.all_reduce %x over ["tp"] cause "" : (tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) -> tensor<4xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @all_reduce_c1(%x: tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) {
  // expected-error@+1 {{'dist.all_reduce' op result is C on "tp" and must be R}}
  %0 = dist.all_reduce %x over ["tp"] cause "" : (tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) -> tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @all_reduce_c1(%x: tensor<4xf32, #dist.sharding<[["dp"] : 8], partial = ["tp"]>>) {
  // expected-error@+1 {{'dist.all_reduce' op result must be 'tensor<4xf32, #dist.sharding<[["dp"] : 8]>>', got 'tensor<4xf32, #dist.sharding<[["dp"] : 7]>>'}}
  %0 = dist.all_reduce %x over ["tp"] cause "" : (tensor<4xf32, #dist.sharding<[["dp"] : 8], partial = ["tp"]>>) -> tensor<4xf32, #dist.sharding<[["dp"] : 7]>>
  return
}
