// RUN: shard-opt %s --split-input-file --verify-diagnostics

dist.mesh ["dp" = 2, "tp" = 4]
func.func @all_gather_c1(%x: tensor<2x6xf32, #dist.sharding<[["tp", "dp"] : 10, []]>>) {
  // expected-error@+1 {{'dist.all_gather' op axes must be the minor ones of dimension 0 of the operand, ["tp", "dp"]}}
  %0 = dist.all_gather %x over ["tp"] dim = 0 cause "" : (tensor<2x6xf32, #dist.sharding<[["tp", "dp"] : 10, []]>>) -> tensor<10x6xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @all_gather_c1(%x: tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) {
  // expected-error@+1 {{'dist.all_gather' op axes must be the minor ones of dimension 1 of the operand, []}}
  %0 = dist.all_gather %x over ["tp"] dim = 1 cause "" : (tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) -> tensor<10x6xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @all_gather_c1(%x: tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) {
  // expected-error@+1 {{'dist.all_gather' op dimension must be below 2, got 2}}
  %0 = dist.all_gather %x over ["tp"] dim = 2 cause "" : (tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) -> tensor<10x6xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @all_gather_c1(%x: tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) {
  // expected-error@+1 {{'dist.all_gather' op result is P on "tp" and must be R or C}}
  %0 = dist.all_gather %x over ["tp"] dim = 0 cause "" : (tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) -> tensor<10x6xf32, #dist.sharding<[[], []], partial = ["tp"]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @all_gather_c1(%x: tensor<2x6xf32, #dist.sharding<[["tp", "dp"] : 10, []]>>) {
  // expected-error@+1 {{'dist.all_gather' op result is R on "dp" and must be C as it is on "tp"}}
  %0 = dist.all_gather %x over ["tp", "dp"] dim = 0 cause "" : (tensor<2x6xf32, #dist.sharding<[["tp", "dp"] : 10, []]>>) -> tensor<10x6xf32, #dist.sharding<[[], []], copied = ["tp"]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @all_gather_c2(%x: tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) {
  // expected-error@+1 {{'dist.all_gather' op result must have size 10 in dimension 0, got 12}}
  %0 = dist.all_gather %x over ["tp"] dim = 0 cause "" : (tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) -> tensor<12x6xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @all_gather_c2(%x: tensor<2x6xf32, #dist.sharding<[["tp"] : 10, []]>>) {
  // expected-error@+1 {{'dist.all_gather' op operand must have size 3 in dimension 0, got 2}}
  %0 = dist.all_gather %x over ["tp"] dim = 0 cause "" : (tensor<2x6xf32, #dist.sharding<[["tp"] : 10, []]>>) -> tensor<10x6xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @all_gather_c3(%x: tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) {
  // expected-error@+1 {{'dist.all_gather' op result must be 'tensor<10x6xf32>', got 'tensor<10x5xf32>'}}
  %0 = dist.all_gather %x over ["tp"] dim = 0 cause "" : (tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) -> tensor<10x5xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @all_gather_c3(%x: tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) {
  // expected-error@+1 {{'dist.all_gather' op result must be 'tensor<10x6xf32>', got 'tensor<10x6xf32, #dist.sharding<[[], []], copied = ["dp"]>>'}}
  %0 = dist.all_gather %x over ["tp"] dim = 0 cause "" : (tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) -> tensor<10x6xf32, #dist.sharding<[[], []], copied = ["dp"]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @all_gather_c3(%x: tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) {
  // expected-error@+1 {{'dist.all_gather' op operand and result must have one rank and element type}}
  %0 = dist.all_gather %x over ["tp"] dim = 0 cause "" : (tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>) -> tensor<10x6xf64>
  return
}
