nn.module @unneeded {
  nn.forward(%x: tensor<2xf32>) -> tensor<2xf32> {
    nn.return %x : tensor<2xf32>
  }
}
nn.module @square {
  nn.forward(%x: tensor<2xf32>) -> tensor<2xf32> {
    %y = nn.mul %x, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    nn.return %y : tensor<2xf32>
  }
}
