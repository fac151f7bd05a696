// RUN: shard-opt %s --split-input-file --verify-diagnostics

func.func @embedding_c1(%i: tensor<2x8xi32>, %t: tensor<32xf32>) {
  // expected-error@below {{'nn.embedding' op expected the table of rank 2, got 'tensor<32xf32>'}}
  %0 = nn.embedding %i, %t : (tensor<2x8xi32>, tensor<32xf32>) -> tensor<2x8x32xf32>
  return
}

// -----

func.func @embedding_c2(%i: tensor<2x8xi32>, %t: tensor<256x32xf32>) {
  // expected-error@below {{'nn.embedding' op expected the result of type 'tensor<2x8x32xf32>', got 'tensor<2x8x16xf32>'}}
  %0 = nn.embedding %i, %t : (tensor<2x8xi32>, tensor<256x32xf32>) -> tensor<2x8x16xf32>
  return
}

// -----

func.func @embedding_grad_c1(%d: tensor<2x4x32xf32>, %i: tensor<2x8xi32>) {
  // expected-error@below {{'nn.embedding_grad' op expected dout of type 'tensor<2x8x32xf32>', got 'tensor<2x4x32xf32>'}}
  %0 = nn.embedding_grad %d, %i : (tensor<2x4x32xf32>, tensor<2x8xi32>) -> tensor<256x32xf32>
  return
}

// -----

func.func @embedding_c3(%i: tensor<2x8xi32>, %t: tensor<256x32xf32>, %g: tensor<2x4xi32>) {
  // expected-error@below {{'nn.embedding' op expected indices of gradients of the shape of 'tensor<2x8xi32>', got 'tensor<2x4xi32>'}}
  %0 = nn.embedding %i, %t grad %g : (tensor<2x8xi32>, tensor<256x32xf32>, tensor<2x4xi32>) -> tensor<2x8x32xf32>
  return
}
