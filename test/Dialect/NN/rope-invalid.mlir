// RUN: shard-opt %s --split-input-file --verify-diagnostics

func.func @rope_table_c1(%p: tensor<2x8xi32>) {
  // expected-error@below {{'nn.rope_table' op expected the sines of type 'tensor<2x8x2xf32>', got 'tensor<2x8x4xf32>'}}
  %0, %1 = nn.rope_table %p frequencies = dense<1.0> : tensor<2xf64> : (tensor<2x8xi32>) -> (tensor<2x8x2xf32>, tensor<2x8x4xf32>)
  return
}

// -----

func.func @rope_table_c1(%p: tensor<2x8xi32>) {
  // expected-error@below {{'nn.rope_table' op expected frequencies of rank 1, got 'tensor<1x2xf64>'}}
  %0, %1 = nn.rope_table %p frequencies = dense<1.0> : tensor<1x2xf64> : (tensor<2x8xi32>) -> (tensor<2x8x2xf32>, tensor<2x8x2xf32>)
  return
}

// -----

func.func @rope_c1(%x: tensor<2x8x4xf32>, %c: tensor<2x8x2xf32>) {
  // expected-error@below {{'nn.rope' op expected x of rank 4, got 'tensor<2x8x4xf32>'}}
  %0 = nn.rope %x, %c, %c : (tensor<2x8x4xf32>, tensor<2x8x2xf32>, tensor<2x8x2xf32>) -> tensor<2x8x4xf32>
  return
}

// -----

func.func @rope_c1(%x: tensor<2x8x3x5xf32>, %c: tensor<2x8x2xf32>) {
  // expected-error@below {{'nn.rope' op expected x with an even last size, got 5}}
  %0 = nn.rope %x, %c, %c : (tensor<2x8x3x5xf32>, tensor<2x8x2xf32>, tensor<2x8x2xf32>) -> tensor<2x8x3x5xf32>
  return
}

// -----

func.func @rope_c2(%x: tensor<2x8x3x4xf32>, %c: tensor<2x8x2xf32>, %s: tensor<2x8x4xf32>) {
  // expected-error@below {{'nn.rope' op expected the sines of type 'tensor<2x8x2xf32>', got 'tensor<2x8x4xf32>'}}
  %0 = nn.rope %x, %c, %s : (tensor<2x8x3x4xf32>, tensor<2x8x2xf32>, tensor<2x8x4xf32>) -> tensor<2x8x3x4xf32>
  return
}

// -----

func.func @rope_c3(%x: tensor<2x8x3x4xf32>, %c: tensor<2x8x2xf32>) {
  // expected-error@below {{'nn.rope' op expected the result of type 'tensor<2x8x3x4xf32>', got 'tensor<2x8x12xf32>'}}
  %0 = nn.rope %x, %c, %c : (tensor<2x8x3x4xf32>, tensor<2x8x2xf32>, tensor<2x8x2xf32>) -> tensor<2x8x12xf32>
  return
}
