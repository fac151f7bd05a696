func.func @sqrt(%x: tensor<f32>) -> tensor<f32> {
  %0 = nn.sqrt %x : (tensor<f32>) -> tensor<f32>
  return %0 : tensor<f32>
}

func.func @clip_scale(%norm: tensor<f32>) -> tensor<f32> {
  %0 = nn.clip_scale %norm {max_norm = 1.0} : (tensor<f32>) -> tensor<f32>
  return %0 : tensor<f32>
}

func.func @adamw(%p: tensor<4x8xf32>, %g: tensor<4x8xf32>, %m: tensor<4x8xf32>, %v: tensor<4x8xf32>, %lr: tensor<f32>,
                 %c1: tensor<f32>, %c2: tensor<f32>, %scale: tensor<f32>) -> tensor<4x8xf32> {
  %0:3 = nn.adamw %p, %g, %m, %v, %lr, %c1, %c2, %scale {beta1 = 0.9, beta2 = 0.95, epsilon = 1.0e-8, weight_decay = 0.1}
      : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>)
      -> (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>)
  return %0#0 : tensor<4x8xf32>
}
