// RUN: shard-opt %s --split-input-file --verify-diagnostics

dist.mesh ["dp" = 2, "tp" = 4]
func.func @reduce_scatter_c1(%x: tensor<10x6xf32>) {
  // expected-error@+1 {{'dist.reduce_scatter' op operand is R on "tp" and must be P}}
  %0 = dist.reduce_scatter %x over ["tp"] dim = 0 cause "" : (tensor<10x6xf32>) -> tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @reduce_scatter_c1(%x: tensor<10x6xf32, #dist.sharding<[[], []], partial = ["tp"]>>) {
  // expected-error@+1 {{'dist.reduce_scatter' op axes must be the minor ones of dimension 0 of the result, []}}
  %0 = dist.reduce_scatter %x over ["tp"] dim = 0 cause "" : (tensor<10x6xf32, #dist.sharding<[[], []], partial = ["tp"]>>) -> tensor<10x6xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @reduce_scatter_c1(%x: tensor<10x6xf32, #dist.sharding<[[], []], partial = ["tp"]>>) {
  // expected-error@+1 {{'dist.reduce_scatter' op operand must have size 12 in dimension 0, got 10}}
  %0 = dist.reduce_scatter %x over ["tp"] dim = 0 cause "" : (tensor<10x6xf32, #dist.sharding<[[], []], partial = ["tp"]>>) -> tensor<3x6xf32, #dist.sharding<[["tp"] : 12, []]>>
  return
}
