// RUN: shard-opt %s --split-input-file --verify-diagnostics

func.func @cross_entropy_c1(%x: tensor<16x256xf32>, %t: tensor<2x8xi32>) {
  // expected-error@below {{'nn.cross_entropy' op expected the logits of rank 3, got 'tensor<16x256xf32>'}}
  %0, %1 = nn.cross_entropy %x, %t : (tensor<16x256xf32>, tensor<2x8xi32>) -> (tensor<f32>, tensor<f32>)
  return
}

// -----

func.func @cross_entropy_c1(%x: tensor<2x8x256xf32>, %t: tensor<2x4xi32>) {
  // expected-error@below {{'nn.cross_entropy' op expected the targets of type 'tensor<2x8xi32>', got 'tensor<2x4xi32>'}}
  %0, %1 = nn.cross_entropy %x, %t : (tensor<2x8x256xf32>, tensor<2x4xi32>) -> (tensor<f32>, tensor<f32>)
  return
}

// -----

func.func @cross_entropy_c2(%x: tensor<2x8x256xf32>, %t: tensor<2x8xi32>) {
  // expected-error@below {{'nn.cross_entropy' op expected the count of type 'tensor<f32>', got 'tensor<f64>'}}
  %0, %1 = nn.cross_entropy %x, %t : (tensor<2x8x256xf32>, tensor<2x8xi32>) -> (tensor<f32>, tensor<f64>)
  return
}

// -----

func.func @log_sum_exp_c1(%x: tensor<8x256xf32>) {
  // expected-error@below {{'nn.log_sum_exp' op expected x of rank 3, got 'tensor<8x256xf32>'}}
  %0 = nn.log_sum_exp %x : (tensor<8x256xf32>) -> tensor<8x1xf32>
  return
}

// -----

func.func @log_sum_exp_c2(%x: tensor<2x8x256xf32>) {
  // expected-error@below {{'nn.log_sum_exp' op expected the result of type 'tensor<2x8x1xf32>', got 'tensor<2x4x1xf32>'}}
  %0 = nn.log_sum_exp %x : (tensor<2x8x256xf32>) -> tensor<2x4x1xf32>
  return
}

// -----

func.func @log_sum_exp_c2(%x: tensor<2x8x256xf32>) {
  // expected-error@below {{'nn.log_sum_exp' op expected the result with a last size that divides 256, got 3}}
  %0 = nn.log_sum_exp %x : (tensor<2x8x256xf32>) -> tensor<2x8x3xf32>
  return
}

// -----

func.func @pick_c1(%x: tensor<8x256xf32>, %t: tensor<2x8xi32>) {
  // expected-error@below {{'nn.pick' op expected x of rank 3, got 'tensor<8x256xf32>'}}
  %0 = nn.pick %x, %t : (tensor<8x256xf32>, tensor<2x8xi32>) -> tensor<2x8x1xf32>
  return
}

// -----

func.func @pick_c2(%x: tensor<2x8x256xf32>, %t: tensor<2x8xi32>) {
  // expected-error@below {{'nn.pick' op expected the result of type 'tensor<2x8x1xf32>', got 'tensor<2x8xf32>'}}
  %0 = nn.pick %x, %t : (tensor<2x8x256xf32>, tensor<2x8xi32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @log_sum_exp_grad_c1(%x: tensor<2x8x256xf32>, %d: tensor<2x8x2xf32>, %l: tensor<2x8x1xf32>) {
  // expected-error@below {{'nn.log_sum_exp_grad' op expected dout of type 'tensor<2x8x1xf32>', got 'tensor<2x8x2xf32>'}}
  %0 = nn.log_sum_exp_grad %d, %x, %l : (tensor<2x8x2xf32>, tensor<2x8x256xf32>, tensor<2x8x1xf32>) -> tensor<2x8x256xf32>
  return
}

// -----

func.func @pick_grad_c1(%d: tensor<2x8x2xf32>, %t: tensor<2x8xi32>) {
  // expected-error@below {{'nn.pick_grad' op expected dout of type 'tensor<2x8x1xf32>', got 'tensor<2x8x2xf32>'}}
  %0 = nn.pick_grad %d, %t : (tensor<2x8x2xf32>, tensor<2x8xi32>) -> tensor<2x8x256xf32>
  return
}
