func.func @cross_entropy(%logits: tensor<2x8x256xf32>, %targets: tensor<2x8xi32>) -> (tensor<f32>, tensor<f32>) {
  %sum, %count = nn.cross_entropy %logits, %targets : (tensor<2x8x256xf32>, tensor<2x8xi32>) -> (tensor<f32>, tensor<f32>)
  return %sum, %count : tensor<f32>, tensor<f32>
}

func.func @log_sum_exp(%x: tensor<2x8x256xf32>) -> tensor<2x8x1xf32> {
  %0 = nn.log_sum_exp %x : (tensor<2x8x256xf32>) -> tensor<2x8x1xf32>
  return %0 : tensor<2x8x1xf32>
}

func.func @log_sum_exp_of_groups(%x: tensor<2x8x256xf32>) -> tensor<2x8x4xf32> {
  %0 = nn.log_sum_exp %x : (tensor<2x8x256xf32>) -> tensor<2x8x4xf32>
  return %0 : tensor<2x8x4xf32>
}

func.func @pick(%x: tensor<2x8x256xf32>, %targets: tensor<2x8xi32>) -> tensor<2x8x1xf32> {
  %0 = nn.pick %x, %targets : (tensor<2x8x256xf32>, tensor<2x8xi32>) -> tensor<2x8x1xf32>
  return %0 : tensor<2x8x1xf32>
}
