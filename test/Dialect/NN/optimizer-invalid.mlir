// RUN: shard-opt %s --split-input-file --verify-diagnostics

func.func @square_sum_c1(%x: tensor<2x8xf32>) {
  // expected-error@below {{'nn.square_sum' op expected the result of type 'tensor<f32>', got 'tensor<f64>'}}
  %0 = nn.square_sum %x : (tensor<2x8xf32>) -> tensor<f64>
  return
}

// -----

func.func @sqrt_c1(%x: tensor<2x8xf32>) {
  // expected-error@below {{'nn.sqrt' op expected the result of type 'tensor<2x8xf32>', got 'tensor<f32>'}}
  %0 = nn.sqrt %x : (tensor<2x8xf32>) -> tensor<f32>
  return
}

// -----

func.func @clip_scale_c1(%x: tensor<1xf32>) {
  // expected-error@below {{'nn.clip_scale' op expected the norm of rank 0, got 'tensor<1xf32>'}}
  %0 = nn.clip_scale %x {max_norm = 1.0} : (tensor<1xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @clip_scale_c2(%x: tensor<f32>) {
  // expected-error@below {{'nn.clip_scale' op expected a positive max_norm, got 0.000000e+00 : f64}}
  %0 = nn.clip_scale %x {max_norm = 0.0} : (tensor<f32>) -> tensor<f32>
  return
}

// -----

func.func @adamw_c1(%p: tensor<4x8xf32>, %g: tensor<8x4xf32>, %lr: tensor<f32>, %s: tensor<f32>) {
  // expected-error@below {{'nn.adamw' op expected gradient and moments of type 'tensor<4x8xf32>', got 'tensor<8x4xf32>'}}
  %0:3 = nn.adamw %p, %g, %p, %p, %lr, %s, %s, %s {beta1 = 0.9, beta2 = 0.95, epsilon = 1.0e-8, weight_decay = 0.1}
      : (tensor<4x8xf32>, tensor<8x4xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>)
  return
}

// -----

func.func @adamw_c2(%p: tensor<4x8xf32>, %g: tensor<4x8xf32>, %lr: tensor<1xf32>, %s: tensor<f32>) {
  // expected-error@below {{'nn.adamw' op expected a scalar of type 'tensor<f32>', got 'tensor<1xf32>'}}
  %0:3 = nn.adamw %p, %g, %p, %p, %lr, %s, %s, %s {beta1 = 0.9, beta2 = 0.95, epsilon = 1.0e-8, weight_decay = 0.1}
      : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>)
  return
}
