func.func @silu(%x: tensor<2x8x64xf32>) -> tensor<2x8x64xf32> {
  %0 = nn.silu %x : tensor<2x8x64xf32>
  return %0 : tensor<2x8x64xf32>
}

func.func @add(%x: tensor<2x8xf32>, %y: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %0 = nn.add %x, %y : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

func.func @sub(%x: tensor<2x8xf32>, %y: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %0 = nn.sub %x, %y : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

func.func @mul(%x: tensor<2x8xf32>, %y: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %0 = nn.mul %x, %y : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

func.func @neg(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %0 = nn.neg %x : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

func.func @silu_grad(%dout: tensor<2x8xf32>, %x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %0 = nn.silu_grad %dout, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

func.func @zeros() -> tensor<4xf32> {
  %0 = nn.zeros : tensor<4xf32>
  return %0 : tensor<4xf32>
}

func.func @broadcast(%x: tensor<f32>) -> tensor<2x8x1xf32> {
  %0 = nn.broadcast %x : (tensor<f32>) -> tensor<2x8x1xf32>
  return %0 : tensor<2x8x1xf32>
}
