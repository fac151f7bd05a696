func.func @embedding(%ids: tensor<2x8xi32>, %table: tensor<256x32xf32>) -> tensor<2x8x32xf32> {
  %0 = nn.embedding %ids, %table : (tensor<2x8xi32>, tensor<256x32xf32>) -> tensor<2x8x32xf32>
  return %0 : tensor<2x8x32xf32>
}
