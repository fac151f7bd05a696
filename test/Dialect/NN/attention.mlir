func.func @attention(%q: tensor<2x8x4x16xf32>, %k: tensor<2x6x2x16xf32>, %v: tensor<2x6x2x16xf32>, %qp: tensor<2x8xi32>,
                     %kp: tensor<2x6xi32>) -> tensor<2x8x4x16xf32> {
  %0, %lse = nn.attention %q, %k, %v, %qp, %kp scale = 2.5e-1 causal window = 5
      : (tensor<2x8x4x16xf32>, tensor<2x6x2x16xf32>, tensor<2x6x2x16xf32>, tensor<2x8xi32>, tensor<2x6xi32>)
      -> (tensor<2x8x4x16xf32>, tensor<2x8x4xf32>)
  return %0 : tensor<2x8x4x16xf32>
}
