func.func @sum(%x: tensor<2x8x1xf32>) -> tensor<f32> {
  %0 = nn.sum %x : (tensor<2x8x1xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}

func.func @count(%x: tensor<2x8xi32>) -> tensor<f32> {
  %0 = nn.count %x : (tensor<2x8xi32>) -> tensor<f32>
  return %0 : tensor<f32>
}

func.func @square_sum(%x: tensor<64x32xf32>) -> tensor<f32> {
  %0 = nn.square_sum %x : (tensor<64x32xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}
