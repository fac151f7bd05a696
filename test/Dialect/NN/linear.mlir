func.func @linear(%x: tensor<2x8x32xf32>, %w: tensor<64x32xf32>) -> tensor<2x8x64xf32> {
  %0 = nn.linear %x, %w : (tensor<2x8x32xf32>, tensor<64x32xf32>) -> tensor<2x8x64xf32>
  return %0 : tensor<2x8x64xf32>
}

func.func @linear_transposed(%x: tensor<8x32xf64>, %w: tensor<32x64xf64>) -> tensor<8x64xf64> {
  %0 = nn.linear %x, %w transposed : (tensor<8x32xf64>, tensor<32x64xf64>) -> tensor<8x64xf64>
  return %0 : tensor<8x64xf64>
}
