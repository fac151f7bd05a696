func.func @split(%x: tensor<2x8x64xf32>) -> tensor<2x8x4x16xf32> {
  %0 = nn.reshape %x "b t (h d) -> b t h d" : (tensor<2x8x64xf32>) -> tensor<2x8x4x16xf32>
  return %0 : tensor<2x8x4x16xf32>
}
