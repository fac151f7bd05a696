// RUN: shard-opt %s --split-input-file --verify-diagnostics

dist.mesh ["dp" = 2, "tp" = 4]
func.func @pad_c1(%x: tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) {
  // expected-error@+1 {{'dist.pad' op result is C on "tp" and must be P}}
  %0 = dist.pad %x over ["tp"] dim = 0 cause "" : (tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) -> tensor<10x6xf32, #dist.sharding<[[], []], copied = ["tp"]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @pad_c1(%x: tensor<10x6xf32>) {
  // expected-error@+1 {{'dist.pad' op axes must be the minor ones of dimension 0 of the operand, []}}
  %0 = dist.pad %x over ["tp"] dim = 0 cause "" : (tensor<10x6xf32>) -> tensor<10x6xf32, #dist.sharding<[[], []], partial = ["tp"]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @pad_c1(%x: tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) {
  // expected-error@+1 {{'dist.pad' op result must be 'tensor<10x6xf32, #dist.sharding<[[], []], partial = ["tp"]>>', got 'tensor<10x6xf32, #dist.sharding<[["dp"] : 20, []], partial = ["tp"]>>'}}
  %0 = dist.pad %x over ["tp"] dim = 0 cause "" : (tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) -> tensor<10x6xf32, #dist.sharding<[["dp"] : 20, []], partial = ["tp"]>>
  return
}
