// RUN: shard-opt %s --split-input-file --verify-diagnostics

dist.mesh ["dp" = 2, "tp" = 4]
func.func @all_to_all_c1(%x: tensor<8x3xf32, #dist.sharding<[[], ["tp"] : 12]>>) {
  // expected-error@+1 {{'dist.all_to_all' op axes must be the minor ones of dimension 0 of the operand, []}}
  %0 = dist.all_to_all %x over ["tp"] from 0 to 1 cause "" : (tensor<8x3xf32, #dist.sharding<[[], ["tp"] : 12]>>) -> tensor<2x12xf32, #dist.sharding<[["tp"] : 8, []]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @all_to_all_c1(%x: tensor<2x12xf32, #dist.sharding<[["tp"] : 8, []]>>) {
  // expected-error@+1 {{'dist.all_to_all' op must go to another dimension of the operand, got 0}}
  %0 = dist.all_to_all %x over ["tp"] from 0 to 0 cause "" : (tensor<2x12xf32, #dist.sharding<[["tp"] : 8, []]>>) -> tensor<8x3xf32, #dist.sharding<[[], ["tp"] : 12]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @all_to_all_c1(%x: tensor<2x12xf32, #dist.sharding<[["tp"] : 7, []]>>) {
  // expected-error@+1 {{'dist.all_to_all' op size of dimension 0 must divide, got 7}}
  %0 = dist.all_to_all %x over ["tp"] from 0 to 1 cause "" : (tensor<2x12xf32, #dist.sharding<[["tp"] : 7, []]>>) -> tensor<8x3xf32, #dist.sharding<[[], ["tp"] : 12]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @all_to_all_c1(%x: tensor<2x10xf32, #dist.sharding<[["tp"] : 8, []]>>) {
  // expected-error@+1 {{'dist.all_to_all' op size of dimension 1 must be a multiple of 4, got 10}}
  %0 = dist.all_to_all %x over ["tp"] from 0 to 1 cause "" : (tensor<2x10xf32, #dist.sharding<[["tp"] : 8, []]>>) -> tensor<8x3xf32, #dist.sharding<[[], ["tp"] : 12]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @all_to_all_c1(%x: tensor<2x12xf32, #dist.sharding<[["tp"] : 8, []]>>) {
  // expected-error@+1 {{'dist.all_to_all' op result must be 'tensor<8x3xf32, #dist.sharding<[[], ["tp"] : 12]>>', got 'tensor<8x3xf32>'}}
  %0 = dist.all_to_all %x over ["tp"] from 0 to 1 cause "" : (tensor<2x12xf32, #dist.sharding<[["tp"] : 8, []]>>) -> tensor<8x3xf32>
  return
}
