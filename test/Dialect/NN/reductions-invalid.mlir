// RUN: shard-opt %s --split-input-file --verify-diagnostics

func.func @sum_c1(%x: tensor<2x8xf32>) {
  // expected-error@below {{'nn.sum' op expected the result of type 'tensor<f32>', got 'tensor<1xf32>'}}
  %0 = nn.sum %x : (tensor<2x8xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @count_c1(%x: tensor<2x8xi32>) {
  // expected-error@below {{'nn.count' op expected the result of rank 0, got 'tensor<1xf32>'}}
  %0 = nn.count %x : (tensor<2x8xi32>) -> tensor<1xf32>
  return
}
