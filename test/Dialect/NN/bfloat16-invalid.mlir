// Statistics, tables and gradients of weights are never bfloat16.
// RUN: shard-opt %s --split-input-file --verify-diagnostics

func.func @rope_table(%p: tensor<2x8xi32>) {
  // expected-error@below {{result #0 must be statically shaped tensor of 32-bit float or 64-bit float values, but got 'tensor<2x8x2xbf16>'}}
  %cos, %sin = nn.rope_table %p frequencies = dense<[1.0, 0.1]> : tensor<2xf64> : (tensor<2x8xi32>) -> (tensor<2x8x2xbf16>, tensor<2x8x2xbf16>)
  return
}

// -----

func.func @linear_weight_grad(%dout: tensor<8x64xbf16>, %x: tensor<8x32xbf16>) {
  // expected-error@below {{result #0 must be statically shaped tensor of 32-bit float or 64-bit float values, but got 'tensor<64x32xbf16>'}}
  %0 = nn.linear_weight_grad %dout, %x : (tensor<8x64xbf16>, tensor<8x32xbf16>) -> tensor<64x32xbf16>
  return
}

// -----

func.func @embedding_grad(%dout: tensor<2x8x32xbf16>, %ids: tensor<2x8xi32>) {
  // expected-error@below {{expected the result of type 'tensor<256x32xf32>', got 'tensor<256x32xf64>'}}
  %0 = nn.embedding_grad %dout, %ids : (tensor<2x8x32xbf16>, tensor<2x8xi32>) -> tensor<256x32xf64>
  return
}

// -----

func.func @rope(%x: tensor<2x8x4x16xbf16>, %cos: tensor<2x8x8xf64>) {
  // expected-error@below {{expected the cosines of type 'tensor<2x8x8xf32>', got 'tensor<2x8x8xf64>'}}
  %0 = nn.rope %x, %cos, %cos : (tensor<2x8x4x16xbf16>, tensor<2x8x8xf64>, tensor<2x8x8xf64>) -> tensor<2x8x4x16xbf16>
  return
}

// -----

func.func @log_sum_exp(%x: tensor<2x8x256xbf16>) {
  // expected-error@below {{expected the result of type 'tensor<2x8x1xf32>', got 'tensor<2x8x1xf64>'}}
  %0 = nn.log_sum_exp %x : (tensor<2x8x256xbf16>) -> tensor<2x8x1xf64>
  return
}

// -----

// A model says what is stored; what is computed in is the recipe's.
nn.module @parameter {
  // expected-error@below {{'nn.parameter' op attribute 'type' failed to satisfy constraint: type attribute of statically shaped tensor of 32-bit float or 64-bit float values}}
  nn.parameter @weight : tensor<4xbf16>
  nn.forward() {
    nn.return
  }
}
