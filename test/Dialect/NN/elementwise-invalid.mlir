// RUN: shard-opt %s --split-input-file --verify-diagnostics

func.func @add_c1(%x: tensor<2x8xf32>, %y: tensor<2x4xf32>) {
  // expected-error@below {{'nn.add' op expected an operand of type 'tensor<2x8xf32>', got 'tensor<2x4xf32>'}}
  %0 = nn.add %x, %y : (tensor<2x8xf32>, tensor<2x4xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @add_c1(%x: tensor<2x8xf32>, %y: tensor<2x8xf32>) {
  // expected-error@below {{'nn.add' op expected a result of type 'tensor<2x8xf32>', got 'tensor<2x8xf64>'}}
  %0 = nn.add %x, %y : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf64>
  return
}

// -----

func.func @sub_c1(%x: tensor<2x8xf32>, %y: tensor<2x4xf32>) {
  // expected-error@below {{'nn.sub' op expected an operand of type 'tensor<2x8xf32>', got 'tensor<2x4xf32>'}}
  %0 = nn.sub %x, %y : (tensor<2x8xf32>, tensor<2x4xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @sub_c1(%x: tensor<2x8xf32>, %y: tensor<2x8xf32>) {
  // expected-error@below {{'nn.sub' op expected a result of type 'tensor<2x8xf32>', got 'tensor<2x8xf64>'}}
  %0 = nn.sub %x, %y : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf64>
  return
}

// -----

func.func @mul_c1(%x: tensor<2x8xf32>, %y: tensor<2x4xf32>) {
  // expected-error@below {{'nn.mul' op expected an operand of type 'tensor<2x8xf32>', got 'tensor<2x4xf32>'}}
  %0 = nn.mul %x, %y : (tensor<2x8xf32>, tensor<2x4xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @mul_c1(%x: tensor<2x8xf32>, %y: tensor<2x8xf32>) {
  // expected-error@below {{'nn.mul' op expected a result of type 'tensor<2x8xf32>', got 'tensor<2x8xf64>'}}
  %0 = nn.mul %x, %y : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf64>
  return
}

// -----

func.func @silu_grad_c1(%x: tensor<2x8xf32>, %y: tensor<2x4xf32>) {
  // expected-error@below {{'nn.silu_grad' op expected an operand of type 'tensor<2x8xf32>', got 'tensor<2x4xf32>'}}
  %0 = nn.silu_grad %x, %y : (tensor<2x8xf32>, tensor<2x4xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @silu_grad_c1(%x: tensor<2x8xf32>, %y: tensor<2x8xf32>) {
  // expected-error@below {{'nn.silu_grad' op expected a result of type 'tensor<2x8xf32>', got 'tensor<2x8xf64>'}}
  %0 = nn.silu_grad %x, %y : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf64>
  return
}

// -----

func.func @neg_c1(%x: tensor<2x8xf32>) {
  // expected-error@below {{'nn.neg' op expected a result of type 'tensor<2x8xf32>', got 'tensor<8x2xf32>'}}
  %0 = nn.neg %x : (tensor<2x8xf32>) -> tensor<8x2xf32>
  return
}

// -----

func.func @broadcast_c1(%x: tensor<1xf32>) {
  // expected-error@below {{'nn.broadcast' op expected the operand of type 'tensor<f32>', got 'tensor<1xf32>'}}
  %0 = nn.broadcast %x : (tensor<1xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @cast_c1(%x: tensor<2x8xbf16>) {
  // expected-error@below {{'nn.cast' op expected the result of type 'tensor<2x8xf32>', got 'tensor<8x2xf32>'}}
  %0 = nn.cast %x : (tensor<2x8xbf16>) -> tensor<8x2xf32>
  return
}

// -----

func.func @dynamic(%x: tensor<?xf32>) {
  // expected-error@below {{operand #0 must be statically shaped tensor of bfloat16 type or 32-bit float or 64-bit float values, but got 'tensor<?xf32>'}}
  %0 = nn.silu %x : tensor<?xf32>
  return
}

// -----

func.func @constant_c1() {
  // expected-error@below {{'nn.constant' op expected the result of rank 0, got 'tensor<4xi32>'}}
  %0 = nn.constant 3 : tensor<4xi32>
  return
}
