// RUN: shard-opt %s --split-input-file --verify-diagnostics

dist.mesh ["dp" = 2, "tp" = 4]
func.func @unify_c1(%x: tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) {
  // expected-error@+1 {{'dist.unify' op operand is P on "tp" and must be C}}
  %0 = dist.unify %x over ["tp"] cause "" : (tensor<4xf32, #dist.sharding<[[]], partial = ["tp"]>>) -> tensor<4xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @unify_c1(%x: tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) {
  // expected-error@+1 {{'dist.unify' op result is C on "tp" and must be R}}
  %0 = dist.unify %x over ["tp"] cause "" : (tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) -> tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @unify_c1(%x: tensor<4xf32, #dist.sharding<[[]], copied = ["dp", "tp"]>>) {
  // expected-error@+1 {{'dist.unify' op result must be 'tensor<4xf32, #dist.sharding<[[]], copied = ["dp"]>>', got 'tensor<4xf32>'}}
  %0 = dist.unify %x over ["tp"] cause "" : (tensor<4xf32, #dist.sharding<[[]], copied = ["dp", "tp"]>>) -> tensor<4xf32>
  return
}
