// RUN: shard-opt %s --split-input-file --verify-diagnostics

dist.mesh ["dp" = 2, "tp" = 4]
func.func @slice_c1(%x: tensor<10x6xf32, #dist.sharding<[[], []], partial = ["tp"]>>) {
  // expected-error@+1 {{'dist.slice' op operand is P on "tp" and must be R or C}}
  %0 = dist.slice %x over ["tp"] dim = 0 cause "" : (tensor<10x6xf32, #dist.sharding<[[], []], partial = ["tp"]>>) -> tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @slice_c1(%x: tensor<10x6xf32>) {
  // expected-error@+1 {{'dist.slice' op result must have size 3 in dimension 0, got 2}}
  %0 = dist.slice %x over ["tp"] dim = 0 cause "" : (tensor<10x6xf32>) -> tensor<2x6xf32, #dist.sharding<[["tp"] : 10, []]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @slice_c1(%x: tensor<16x6xf32>) {
  // expected-error@+1 {{'dist.slice' op operand must have size 8 in dimension 0, got 16}}
  %0 = dist.slice %x over ["tp"] dim = 0 cause "" : (tensor<16x6xf32>) -> tensor<2x6xf32, #dist.sharding<[["dp", "tp"] : 16, []]>>
  return
}
