// RUN: shard-opt %s --split-input-file --verify-diagnostics

func.func @add_bias_c1(%x: tensor<2x8x64xf32>, %b: tensor<32xf32>) {
  // expected-error@below {{'nn.add_bias' op expected the bias of type 'tensor<64xf32>', got 'tensor<32xf32>'}}
  %0 = nn.add_bias %x, %b : (tensor<2x8x64xf32>, tensor<32xf32>) -> tensor<2x8x64xf32>
  return
}

// -----

func.func @add_bias_c2(%x: tensor<2x8x64xf32>, %b: tensor<64xf32>) {
  // expected-error@below {{'nn.add_bias' op expected the result of type 'tensor<2x8x64xf32>', got 'tensor<16x64xf32>'}}
  %0 = nn.add_bias %x, %b : (tensor<2x8x64xf32>, tensor<64xf32>) -> tensor<16x64xf32>
  return
}

// -----

func.func @sum_rows_c1(%x: tensor<2x8x64xf32>) {
  // expected-error@below {{'nn.sum_rows' op expected the result of type 'tensor<64xf32>', got 'tensor<8xf32>'}}
  %0 = nn.sum_rows %x : (tensor<2x8x64xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @sum_rows_c1(%x: tensor<f32>) {
  // expected-error@below {{'nn.sum_rows' op expected x of rank 1 at least, got 'tensor<f32>'}}
  %0 = nn.sum_rows %x : (tensor<f32>) -> tensor<f32>
  return
}
