// RUN: shard-opt %s --split-input-file --verify-diagnostics

func.func @linear_c1(%x: tensor<8x32xf32>, %w: tensor<64x32x1xf32>) {
  // expected-error@below {{'nn.linear' op expected the weight of rank 2, got 'tensor<64x32x1xf32>'}}
  %0 = nn.linear %x, %w : (tensor<8x32xf32>, tensor<64x32x1xf32>) -> tensor<8x64xf32>
  return
}

// -----

func.func @linear_c2(%x: tensor<8x32xf32>, %w: tensor<64x16xf32>) {
  // expected-error@below {{'nn.linear' op expected the weight of type 'tensor<64x32xf32>', got 'tensor<64x16xf32>'}}
  %0 = nn.linear %x, %w : (tensor<8x32xf32>, tensor<64x16xf32>) -> tensor<8x64xf32>
  return
}

// -----

func.func @linear_c2(%x: tensor<8x32xf32>, %w: tensor<64x32xf32>) {
  // expected-error@below {{'nn.linear' op expected the weight of type 'tensor<32x32xf32>', got 'tensor<64x32xf32>'}}
  %0 = nn.linear %x, %w transposed : (tensor<8x32xf32>, tensor<64x32xf32>) -> tensor<8x64xf32>
  return
}

// -----

func.func @linear_c3(%x: tensor<8x32xf32>, %w: tensor<64x32xf32>) {
  // expected-error@below {{'nn.linear' op expected the result of type 'tensor<8x64xf32>', got 'tensor<8x32xf32>'}}
  %0 = nn.linear %x, %w : (tensor<8x32xf32>, tensor<64x32xf32>) -> tensor<8x32xf32>
  return
}

// -----

func.func @linear_weight_grad_c1(%d: tensor<8x64xf32>, %x: tensor<4x32xf32>) {
  // expected-error@below {{'nn.linear_weight_grad' op expected x of type 'tensor<8x32xf32>', got 'tensor<4x32xf32>'}}
  %0 = nn.linear_weight_grad %d, %x : (tensor<8x64xf32>, tensor<4x32xf32>) -> tensor<64x32xf32>
  return
}

// -----

func.func @linear_weight_grad_c2(%d: tensor<8x64xf32>, %x: tensor<8x32xf32>) {
  // expected-error@below {{'nn.linear_weight_grad' op expected the result of type 'tensor<64x32xf32>', got 'tensor<32x64xf32>'}}
  %0 = nn.linear_weight_grad %d, %x : (tensor<8x64xf32>, tensor<8x32xf32>) -> tensor<32x64xf32>
  return
}
