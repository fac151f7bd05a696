func.func @rope_table(%positions: tensor<2x8xi32>) -> (tensor<2x8x2xf32>, tensor<2x8x2xf32>) {
  %cos, %sin = nn.rope_table %positions frequencies = dense<[1.0, 0.1]> : tensor<2xf64>
      : (tensor<2x8xi32>) -> (tensor<2x8x2xf32>, tensor<2x8x2xf32>)
  return %cos, %sin : tensor<2x8x2xf32>, tensor<2x8x2xf32>
}

func.func @rope(%x: tensor<2x8x3x4xf32>, %cos: tensor<2x8x2xf32>, %sin: tensor<2x8x2xf32>) -> tensor<2x8x3x4xf32> {
  %0 = nn.rope %x, %cos, %sin : (tensor<2x8x3x4xf32>, tensor<2x8x2xf32>, tensor<2x8x2xf32>) -> tensor<2x8x3x4xf32>
  return %0 : tensor<2x8x3x4xf32>
}
