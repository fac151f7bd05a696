// RUN: shard-opt %s --split-input-file --verify-diagnostics

func.func @layer_norm_c1(%x: tensor<2x8x32xf32>, %w: tensor<16xf32>, %b: tensor<32xf32>) {
  // expected-error@below {{'nn.layer_norm' op expected the weight of type 'tensor<32xf32>', got 'tensor<16xf32>'}}
  %0 = nn.layer_norm %x, %w, %b epsilon = 1.0e-5 size = 32 : (tensor<2x8x32xf32>, tensor<16xf32>, tensor<32xf32>) -> tensor<2x8x32xf32>
  return
}

// -----

func.func @layer_norm_c1(%x: tensor<2x8x32xf32>, %w: tensor<32xf32>, %b: tensor<1xf32>) {
  // expected-error@below {{'nn.layer_norm' op expected the bias of type 'tensor<32xf32>', got 'tensor<1xf32>'}}
  %0 = nn.layer_norm %x, %w, %b epsilon = 1.0e-5 size = 32 : (tensor<2x8x32xf32>, tensor<32xf32>, tensor<1xf32>) -> tensor<2x8x32xf32>
  return
}

// -----

func.func @layer_norm_c1(%x: tensor<f32>, %w: tensor<f32>) {
  // expected-error@below {{'nn.layer_norm' op expected x of rank 1 at least, got 'tensor<f32>'}}
  %0 = nn.layer_norm %x, %w, %w epsilon = 1.0e-5 size = 32 : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<f32>
  return
}

// -----

func.func @layer_norm_c2(%x: tensor<2x8x32xf32>, %w: tensor<32xf32>) {
  // expected-error@below {{'nn.layer_norm' op expected the result of type 'tensor<2x8x32xf32>', got 'tensor<2x8x16xf32>'}}
  %0 = nn.layer_norm %x, %w, %w epsilon = 1.0e-5 size = 32 : (tensor<2x8x32xf32>, tensor<32xf32>, tensor<32xf32>) -> tensor<2x8x16xf32>
  return
}

// -----

func.func @layer_norm_c3(%x: tensor<2x8x32xf32>, %w: tensor<32xf32>) {
  // expected-error@below {{'nn.layer_norm' op expected a positive size, got 0}}
  %0 = nn.layer_norm %x, %w, %w epsilon = 1.0e-5 size = 0 : (tensor<2x8x32xf32>, tensor<32xf32>, tensor<32xf32>) -> tensor<2x8x32xf32>
  return
}

// -----

func.func @layer_norm_grad_c1(%d: tensor<2x8x32xf32>, %x: tensor<2x8x32xf32>, %w: tensor<2xf32>) {
  // expected-error@below {{'nn.layer_norm_grad' op expected the weight of type 'tensor<32xf32>', got 'tensor<2xf32>'}}
  %0 = nn.layer_norm_grad %d, %x, %w {epsilon = 1.0e-5, size = 32} : (tensor<2x8x32xf32>, tensor<2x8x32xf32>, tensor<2xf32>) -> tensor<2x8x32xf32>
  return
}

// -----

func.func @layer_norm_weight_grad_c1(%d: tensor<2x8x32xf32>, %x: tensor<2x8x32xf32>) {
  // expected-error@below {{'nn.layer_norm_weight_grad' op expected the result of type 'tensor<32xf32>', got 'tensor<8xf32>'}}
  %0 = nn.layer_norm_weight_grad %d, %x {epsilon = 1.0e-5, size = 32} : (tensor<2x8x32xf32>, tensor<2x8x32xf32>) -> tensor<8xf32>
  return
}
