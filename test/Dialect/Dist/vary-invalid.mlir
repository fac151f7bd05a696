// RUN: shard-opt %s --split-input-file --verify-diagnostics

dist.mesh ["dp" = 2, "tp" = 4]
func.func @vary_c1(%x: tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) {
  // expected-error@+1 {{'dist.vary' op operand is C on "tp" and must be R}}
  %0 = dist.vary %x over ["tp"] cause "" : (tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>) -> tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @vary_c1(%x: tensor<4xf32>) {
  // expected-error@+1 {{'dist.vary' op result is R on "tp" and must be C}}
  %0 = dist.vary %x over ["tp"] cause "" : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @vary_c1(%x: tensor<4xf32>) {
  // expected-error@+1 {{'dist.vary' op result must be 'tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>', got 'tensor<4xf32, #dist.sharding<[[]], copied = ["dp", "tp"]>>'}}
  %0 = dist.vary %x over ["tp"] cause "" : (tensor<4xf32>) -> tensor<4xf32, #dist.sharding<[[]], copied = ["dp", "tp"]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @vary_c1(%x: tensor<4xf32>) {
  // expected-error@+1 {{'dist.vary' op result must be 'tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>', got 'tensor<8xf32, #dist.sharding<[[]], copied = ["tp"]>>'}}
  %0 = dist.vary %x over ["tp"] cause "" : (tensor<4xf32>) -> tensor<8xf32, #dist.sharding<[[]], copied = ["tp"]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @vary_c1(%x: tensor<4xf32>) {
  // expected-error@+1 {{'dist.vary' op must name an axis}}
  %0 = dist.vary %x over [] cause "" : (tensor<4xf32>) -> tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @vary_c1(%x: tensor<4xf32>) {
  // expected-error@+1 {{'dist.vary' op axis "tp" occurs more than once}}
  %0 = dist.vary %x over ["tp", "tp"] cause "" : (tensor<4xf32>) -> tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>
  return
}

// -----

// expected-note@+1 {{mesh declared here}}
dist.mesh ["dp" = 2, "tp" = 4]
func.func @vary_c1(%x: tensor<4xf32>) {
  // expected-error@+1 {{'dist.vary' op mesh has no axis "ep"}}
  %0 = dist.vary %x over ["ep"] cause "" : (tensor<4xf32>) -> tensor<4xf32, #dist.sharding<[[]], copied = ["ep"]>>
  return
}

// -----

func.func @vary_c1(%x: tensor<4xf32>) {
  // expected-error@+1 {{'dist.vary' op needs a dist.mesh in its module}}
  %0 = dist.vary %x over ["tp"] cause "" : (tensor<4xf32>) -> tensor<4xf32, #dist.sharding<[[]], copied = ["tp"]>>
  return
}
