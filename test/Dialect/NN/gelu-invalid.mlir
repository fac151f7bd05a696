// RUN: shard-opt %s --split-input-file --verify-diagnostics

func.func @gelu_grad_c1(%dout: tensor<2x8xf32>, %x: tensor<2x4xf32>) {
  // expected-error@below {{'nn.gelu_grad' op expected an operand of type 'tensor<2x8xf32>', got 'tensor<2x4xf32>'}}
  %0 = nn.gelu_grad %dout, %x : (tensor<2x8xf32>, tensor<2x4xf32>) -> tensor<2x8xf32>
  return
}
