// RUN: shard-opt %s --split-input-file --verify-diagnostics

func.func @reshape_c1(%x: tensor<2x8xf32>) {
  // expected-error@below {{'nn.reshape' op expected a result of 16 elements, got 'tensor<2x4xf32>'}}
  %0 = nn.reshape %x "b t -> b t" : (tensor<2x8xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @reshape_c2(%x: tensor<2x8xf32>) {
  // expected-error@below {{'nn.reshape' op expected a rule with the same factors in the same order on both sides, got "b t -> t b"}}
  %0 = nn.reshape %x "b t -> t b" : (tensor<2x8xf32>) -> tensor<8x2xf32>
  return
}

// -----

func.func @reshape_c2(%x: tensor<2x8xf32>) {
  // expected-error@below {{'nn.reshape' op expected a rule with the same factors in the same order on both sides, got "b t"}}
  %0 = nn.reshape %x "b t" : (tensor<2x8xf32>) -> tensor<16xf32>
  return
}

// -----

func.func @reshape_c3(%x: tensor<2x8xf32>) {
  // expected-error@below {{'nn.reshape' op expected a rule that fits 'tensor<2x8xf32>' and 'tensor<8x2xf32>', got "b t -> b t"}}
  %0 = nn.reshape %x "b t -> b t" : (tensor<2x8xf32>) -> tensor<8x2xf32>
  return
}

// -----

func.func @reshape_c3(%x: tensor<2x8xf32>) {
  // expected-error@below {{'nn.reshape' op expected a rule that fits 'tensor<2x8xf32>' and 'tensor<4x4xf32>', got "b t -> (b t)"}}
  %0 = nn.reshape %x "b t -> (b t)" : (tensor<2x8xf32>) -> tensor<4x4xf32>
  return
}

// -----

func.func @reshape_c4(%x: tensor<2x8xf32>) {
  // expected-error@below {{'nn.reshape' op expected a result of 'f32', got 'tensor<16xf64>'}}
  %0 = nn.reshape %x "b t -> (b t)" : (tensor<2x8xf32>) -> tensor<16xf64>
  return
}
