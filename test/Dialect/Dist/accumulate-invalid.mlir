// RUN: shard-opt %s --split-input-file --verify-diagnostics

func.func @accumulate_c1(%0: tensor<f32>) {
  // expected-error@+1 {{'dist.accumulate' op @w must be a dist.parameter}}
  dist.accumulate %0, @w cause "" : tensor<f32>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<10x6xf32> stored <[["tp", "dp"] : 10, []]> unit "" init "normal"
func.func @accumulate_c2(%0: tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []], copied = ["dp"]>>) {
  // expected-error@+1 {{'dist.accumulate' op changes "dp" from S to P}}
  dist.accumulate %0, @w cause "" : tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []], copied = ["dp"]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<10x6xf32> stored <[["tp", "dp"] : 10, []]> unit "" init "normal"
func.func @accumulate_c2(%0: tensor<10x6xf32, #dist.sharding<[[], []], partial = ["dp"]>>) {
  // expected-error@+1 {{'dist.accumulate' op changes "tp" from S to R}}
  dist.accumulate %0, @w cause "" : tensor<10x6xf32, #dist.sharding<[[], []], partial = ["dp"]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<10x6xf32> stored <[["tp", "dp"] : 10, []]> unit "" init "normal"
func.func @accumulate_c2(%0: tensor<10x6xf32, #dist.sharding<[["tp"] : 10, []], partial = ["dp"]>>) {
  // expected-error@+1 {{'dist.accumulate' op type must be 'tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []], partial = ["dp"]>>', got 'tensor<10x6xf32, #dist.sharding<[["tp"] : 10, []], partial = ["dp"]>>'}}
  dist.accumulate %0, @w cause "" : tensor<10x6xf32, #dist.sharding<[["tp"] : 10, []], partial = ["dp"]>>
  return
}

// -----

// Two uses that differ in the axes along which their gradients are summed have no accumulator in common.
dist.mesh ["dp" = 2, "tp" = 4]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<10xf32> stored <[[]]> accumulator <f32, <[[]], partial = ["tp"]>> unit "" init "normal"
func.func @accumulate_c3(%0: tensor<10xf32>) {
  // expected-error@+1 {{'dist.accumulate' op changes "tp" from R to P where it is added to the accumulator}}
  dist.accumulate %0, @w cause "" : tensor<10xf32>
  return
}

// -----

dist.mesh ["dp" = 2]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<10xf32> stored <[[]]> reduced in bf16 unit "" init "normal"
func.func @accumulate_c4(%0: tensor<10xf32>) {
  // expected-error@+1 {{'dist.accumulate' op must be of 'bf16', which gradients of the parameter are reduced in, got 'f32'}}
  dist.accumulate %0, @w cause "" : tensor<10xf32>
  return
}
