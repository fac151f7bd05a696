// RUN: shard-opt %s --split-input-file --verify-diagnostics

func.func @attention_c1(%q: tensor<2x8x4x16xf32>, %k: tensor<2x6x2x16xf32>, %v: tensor<2x6x32xf32>, %qp: tensor<2x8xi32>, %kp: tensor<2x6xi32>) {
  // expected-error@below {{'nn.attention' op expected v of rank 4, got 'tensor<2x6x32xf32>'}}
  %0, %1 = nn.attention %q, %k, %v, %qp, %kp scale = 0.25 causal
      : (tensor<2x8x4x16xf32>, tensor<2x6x2x16xf32>, tensor<2x6x32xf32>, tensor<2x8xi32>, tensor<2x6xi32>)
      -> (tensor<2x8x4x16xf32>, tensor<2x4x8xf32>)
  return
}

// -----

func.func @attention_c1(%q: tensor<2x8x4x16xf32>, %k: tensor<2x6x2x8xf32>, %v: tensor<2x6x2x16xf32>, %qp: tensor<2x8xi32>, %kp: tensor<2x6xi32>) {
  // expected-error@below {{'nn.attention' op expected k of type 'tensor<2x6x2x16xf32>', got 'tensor<2x6x2x8xf32>'}}
  %0, %1 = nn.attention %q, %k, %v, %qp, %kp scale = 0.25 causal
      : (tensor<2x8x4x16xf32>, tensor<2x6x2x8xf32>, tensor<2x6x2x16xf32>, tensor<2x8xi32>, tensor<2x6xi32>)
      -> (tensor<2x8x4x16xf32>, tensor<2x4x8xf32>)
  return
}

// -----

func.func @attention_c2(%q: tensor<2x8x4x16xf32>, %k: tensor<2x6x3x16xf32>, %v: tensor<2x6x3x16xf32>, %qp: tensor<2x8xi32>, %kp: tensor<2x6xi32>) {
  // expected-error@below {{'nn.attention' op expected a number of heads that is a multiple of 3 key heads, got 4}}
  %0, %1 = nn.attention %q, %k, %v, %qp, %kp scale = 0.25 causal
      : (tensor<2x8x4x16xf32>, tensor<2x6x3x16xf32>, tensor<2x6x3x16xf32>, tensor<2x8xi32>, tensor<2x6xi32>)
      -> (tensor<2x8x4x16xf32>, tensor<2x4x8xf32>)
  return
}

// -----

func.func @attention_c3(%q: tensor<2x8x4x16xf32>, %k: tensor<2x6x2x16xf32>, %v: tensor<2x5x2x16xf32>, %qp: tensor<2x8xi32>, %kp: tensor<2x6xi32>) {
  // expected-error@below {{'nn.attention' op expected v of type 'tensor<2x6x2x16xf32>', got 'tensor<2x5x2x16xf32>'}}
  %0, %1 = nn.attention %q, %k, %v, %qp, %kp scale = 0.25 causal
      : (tensor<2x8x4x16xf32>, tensor<2x6x2x16xf32>, tensor<2x5x2x16xf32>, tensor<2x8xi32>, tensor<2x6xi32>)
      -> (tensor<2x8x4x16xf32>, tensor<2x4x8xf32>)
  return
}

// -----

func.func @attention_c4(%q: tensor<2x8x4x16xf32>, %k: tensor<2x6x2x16xf32>, %v: tensor<2x6x2x16xf32>, %qp: tensor<2x8xi32>, %kp: tensor<2x8xi32>) {
  // expected-error@below {{'nn.attention' op expected k_positions of type 'tensor<2x6xi32>', got 'tensor<2x8xi32>'}}
  %0, %1 = nn.attention %q, %k, %v, %qp, %kp scale = 0.25 causal
      : (tensor<2x8x4x16xf32>, tensor<2x6x2x16xf32>, tensor<2x6x2x16xf32>, tensor<2x8xi32>, tensor<2x8xi32>)
      -> (tensor<2x8x4x16xf32>, tensor<2x4x8xf32>)
  return
}

// -----

func.func @attention_c5(%q: tensor<2x8x4x16xf32>, %k: tensor<2x6x2x16xf32>, %v: tensor<2x6x2x16xf32>, %qp: tensor<2x8xi32>, %kp: tensor<2x6xi32>) {
  // expected-error@below {{'nn.attention' op expected the result of type 'tensor<2x8x4x16xf32>', got 'tensor<2x8x2x16xf32>'}}
  %0, %1 = nn.attention %q, %k, %v, %qp, %kp scale = 0.25 causal
      : (tensor<2x8x4x16xf32>, tensor<2x6x2x16xf32>, tensor<2x6x2x16xf32>, tensor<2x8xi32>, tensor<2x6xi32>)
      -> (tensor<2x8x2x16xf32>, tensor<2x4x8xf32>)
  return
}

// -----

func.func @attention_c5(%q: tensor<2x8x4x16xf32>, %k: tensor<2x6x2x16xf32>, %v: tensor<2x6x2x16xf32>, %qp: tensor<2x8xi32>, %kp: tensor<2x6xi32>) {
  // expected-error@below {{'nn.attention' op expected lse of type 'tensor<2x4x8xf32>', got 'tensor<2x2x8xf32>'}}
  %0, %1 = nn.attention %q, %k, %v, %qp, %kp scale = 0.25 causal
      : (tensor<2x8x4x16xf32>, tensor<2x6x2x16xf32>, tensor<2x6x2x16xf32>, tensor<2x8xi32>, tensor<2x6xi32>)
      -> (tensor<2x8x4x16xf32>, tensor<2x2x8xf32>)
  return
}

// -----

func.func @attention_c6(%q: tensor<2x8x4x16xf32>, %k: tensor<2x6x2x16xf32>, %v: tensor<2x6x2x16xf32>, %qp: tensor<2x8xi32>, %kp: tensor<2x6xi32>) {
  // expected-error@below {{'nn.attention' op expected a positive window, got 0}}
  %0, %1 = nn.attention %q, %k, %v, %qp, %kp scale = 0.25 causal window = 0
      : (tensor<2x8x4x16xf32>, tensor<2x6x2x16xf32>, tensor<2x6x2x16xf32>, tensor<2x8xi32>, tensor<2x6xi32>)
      -> (tensor<2x8x4x16xf32>, tensor<2x4x8xf32>)
  return
}

// -----

func.func @attention_c6(%q: tensor<2x8x4x16xf32>, %k: tensor<2x6x2x16xf32>, %v: tensor<2x6x2x16xf32>, %qp: tensor<2x8xi32>, %kp: tensor<2x6xi32>) {
  // expected-error@below {{'nn.attention' op expected `causal` with a window of 4, got none}}
  %0, %1 = nn.attention %q, %k, %v, %qp, %kp scale = 0.25 window = 4
      : (tensor<2x8x4x16xf32>, tensor<2x6x2x16xf32>, tensor<2x6x2x16xf32>, tensor<2x8xi32>, tensor<2x6xi32>)
      -> (tensor<2x8x4x16xf32>, tensor<2x4x8xf32>)
  return
}

// -----

func.func @attention_grad_c1(%q: tensor<2x8x4x16xf32>, %k: tensor<2x6x2x16xf32>, %qp: tensor<2x8xi32>, %kp: tensor<2x6xi32>, %lse: tensor<2x4x8xf32>) {
  // expected-error@below {{'nn.attention_grad' op expected dk of type 'tensor<2x6x2x16xf32>', got 'tensor<2x8x4x16xf32>'}}
  %0:3 = nn.attention_grad %q, %q, %k, %k, %qp, %kp, %q, %lse {causal, scale = 2.5e-1}
      : (tensor<2x8x4x16xf32>, tensor<2x8x4x16xf32>, tensor<2x6x2x16xf32>, tensor<2x6x2x16xf32>, tensor<2x8xi32>, tensor<2x6xi32>,
         tensor<2x8x4x16xf32>, tensor<2x4x8xf32>) -> (tensor<2x8x4x16xf32>, tensor<2x8x4x16xf32>, tensor<2x6x2x16xf32>)
  return
}
