// Every derivative against central differences, and some meanings against numbers, in float64. The figures that
// `check-numerics test/Dialect/NN/numerics.mlir` prints are those of docs/measurements.md.
// RUN: check-numerics %s | FileCheck %s

// CHECK: silu: max error {{[0-9.]+e-[0-9]+$}}
func.func @silu(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %0 = nn.silu %x : tensor<3x5xf64>
  return %0 : tensor<3x5xf64>
}

func.func @cast(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %0 = nn.cast %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %0 : tensor<3x5xf64>
}

func.func @add(%x: tensor<3x5xf64>, %y: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %0 = nn.add %x, %y : (tensor<3x5xf64>, tensor<3x5xf64>) -> tensor<3x5xf64>
  return %0 : tensor<3x5xf64>
}

func.func @sub(%x: tensor<3x5xf64>, %y: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %0 = nn.sub %x, %y : (tensor<3x5xf64>, tensor<3x5xf64>) -> tensor<3x5xf64>
  return %0 : tensor<3x5xf64>
}

func.func @mul(%x: tensor<3x5xf64>, %y: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %0 = nn.mul %x, %y : (tensor<3x5xf64>, tensor<3x5xf64>) -> tensor<3x5xf64>
  return %0 : tensor<3x5xf64>
}

func.func @gelu(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %0 = nn.gelu %x : tensor<3x5xf64>
  return %0 : tensor<3x5xf64>
}

func.func @scale(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %0 = nn.scale %x by 0.3 : tensor<3x5xf64>
  return %0 : tensor<3x5xf64>
}

func.func @add_bias(%x: tensor<2x3x5xf64>, %b: tensor<5xf64>) -> tensor<2x3x5xf64> {
  %0 = nn.add_bias %x, %b : (tensor<2x3x5xf64>, tensor<5xf64>) -> tensor<2x3x5xf64>
  return %0 : tensor<2x3x5xf64>
}

// A value with two uses: the cotangents add.
func.func @mul_by_itself(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %0 = nn.mul %x, %x : (tensor<3x5xf64>, tensor<3x5xf64>) -> tensor<3x5xf64>
  return %0 : tensor<3x5xf64>
}

func.func @linear(%x: tensor<2x3x5xf64>, %w: tensor<4x5xf64>) -> tensor<2x3x4xf64> {
  %0 = nn.linear %x, %w : (tensor<2x3x5xf64>, tensor<4x5xf64>) -> tensor<2x3x4xf64>
  return %0 : tensor<2x3x4xf64>
}

func.func @linear_transposed(%x: tensor<2x3x5xf64>, %w: tensor<5x4xf64>) -> tensor<2x3x4xf64> {
  %0 = nn.linear %x, %w transposed : (tensor<2x3x5xf64>, tensor<5x4xf64>) -> tensor<2x3x4xf64>
  return %0 : tensor<2x3x4xf64>
}

// A row read twice, and a negative index.
func.func @embedding(%table: tensor<7x3xf64>) -> tensor<2x3x3xf64> {
  %ids = arith.constant dense<[[0, 6, 2], [2, -1, 5]]> : tensor<2x3xi32>
  %0 = nn.embedding %ids, %table : (tensor<2x3xi32>, tensor<7x3xf64>) -> tensor<2x3x3xf64>
  return %0 : tensor<2x3x3xf64>
}

func.func @rms_norm(%x: tensor<2x3x6xf64>, %w: tensor<6xf64>) -> tensor<2x3x6xf64> {
  %0 = nn.rms_norm %x, %w epsilon = 1.0e-5 size = 6 : (tensor<2x3x6xf64>, tensor<6xf64>) -> tensor<2x3x6xf64>
  return %0 : tensor<2x3x6xf64>
}

func.func @rms_norm_plus_one(%x: tensor<2x3x6xf64>, %w: tensor<6xf64>) -> tensor<2x3x6xf64> {
  %0 = nn.rms_norm %x, %w epsilon = 1.0e-5 size = 6 plus_one : (tensor<2x3x6xf64>, tensor<6xf64>) -> tensor<2x3x6xf64>
  return %0 : tensor<2x3x6xf64>
}

func.func @layer_norm(%x: tensor<2x3x6xf64>, %w: tensor<6xf64>, %b: tensor<6xf64>) -> tensor<2x3x6xf64> {
  %0 = nn.layer_norm %x, %w, %b epsilon = 1.0e-5 size = 6 : (tensor<2x3x6xf64>, tensor<6xf64>, tensor<6xf64>) -> tensor<2x3x6xf64>
  return %0 : tensor<2x3x6xf64>
}

func.func @rope(%x: tensor<1x3x2x4xf64>) -> tensor<1x3x2x4xf64> {
  %positions = arith.constant dense<[[0, 1, 5]]> : tensor<1x3xi32>
  %cos, %sin = nn.rope_table %positions frequencies = dense<[1.0, 0.1]> : tensor<2xf64>
      : (tensor<1x3xi32>) -> (tensor<1x3x2xf64>, tensor<1x3x2xf64>)
  %0 = nn.rope %x, %cos, %sin : (tensor<1x3x2x4xf64>, tensor<1x3x2xf64>, tensor<1x3x2xf64>) -> tensor<1x3x2x4xf64>
  return %0 : tensor<1x3x2x4xf64>
}

func.func @rope_inverse(%x: tensor<1x3x2x4xf64>) -> tensor<1x3x2x4xf64> {
  %positions = arith.constant dense<[[0, 1, 5]]> : tensor<1x3xi32>
  %cos, %sin = nn.rope_table %positions frequencies = dense<[1.0, 0.1]> : tensor<2xf64>
      : (tensor<1x3xi32>) -> (tensor<1x3x2xf64>, tensor<1x3x2xf64>)
  %0 = nn.rope %x, %cos, %sin inverse : (tensor<1x3x2x4xf64>, tensor<1x3x2xf64>, tensor<1x3x2xf64>) -> tensor<1x3x2x4xf64>
  return %0 : tensor<1x3x2x4xf64>
}

func.func @attention(%q: tensor<2x3x4x2xf64>, %k: tensor<2x5x2x2xf64>, %v: tensor<2x5x2x2xf64>) -> tensor<2x3x4x2xf64> {
  %qp = arith.constant dense<0> : tensor<2x3xi32>
  %kp = arith.constant dense<0> : tensor<2x5xi32>
  %0, %lse = nn.attention %q, %k, %v, %qp, %kp scale = 0.7
      : (tensor<2x3x4x2xf64>, tensor<2x5x2x2xf64>, tensor<2x5x2x2xf64>, tensor<2x3xi32>, tensor<2x5xi32>)
      -> (tensor<2x3x4x2xf64>, tensor<2x4x3xf64>)
  return %0 : tensor<2x3x4x2xf64>
}

// The third query sees no key: its position is before all of theirs.
func.func @attention_causal(%q: tensor<1x3x4x2xf64>, %k: tensor<1x4x2x2xf64>, %v: tensor<1x4x2x2xf64>) -> tensor<1x3x4x2xf64> {
  %qp = arith.constant dense<[[2, 3, 0]]> : tensor<1x3xi32>
  %kp = arith.constant dense<[[3, 2, 1, 4]]> : tensor<1x4xi32>
  %0, %lse = nn.attention %q, %k, %v, %qp, %kp scale = 0.7 causal
      : (tensor<1x3x4x2xf64>, tensor<1x4x2x2xf64>, tensor<1x4x2x2xf64>, tensor<1x3xi32>, tensor<1x4xi32>)
      -> (tensor<1x3x4x2xf64>, tensor<1x4x3xf64>)
  return %0 : tensor<1x3x4x2xf64>
}

func.func @attention_window(%q: tensor<1x4x2x2xf64>, %k: tensor<1x4x2x2xf64>, %v: tensor<1x4x2x2xf64>) -> tensor<1x4x2x2xf64> {
  %p = arith.constant dense<[[0, 1, 2, 3]]> : tensor<1x4xi32>
  %0, %lse = nn.attention %q, %k, %v, %p, %p scale = 0.7 causal window = 2
      : (tensor<1x4x2x2xf64>, tensor<1x4x2x2xf64>, tensor<1x4x2x2xf64>, tensor<1x4xi32>, tensor<1x4xi32>)
      -> (tensor<1x4x2x2xf64>, tensor<1x2x4xf64>)
  return %0 : tensor<1x4x2x2xf64>
}

func.func @reshape(%x: tensor<2x3x8xf64>) -> tensor<6x4x2xf64> {
  %0 = nn.reshape %x "b t (h d) -> (b t) h d" : (tensor<2x3x8xf64>) -> tensor<6x4x2xf64>
  return %0 : tensor<6x4x2xf64>
}

func.func @cross_entropy(%x: tensor<2x3x5xf64>) -> tensor<f64> {
  %targets = arith.constant dense<[[0, 4, 2], [1, 1, 3]]> : tensor<2x3xi32>
  %sum, %count = nn.cross_entropy %x, %targets : (tensor<2x3x5xf64>, tensor<2x3xi32>) -> (tensor<f64>, tensor<f64>)
  return %sum : tensor<f64>
}

func.func @log_sum_exp(%x: tensor<2x3x5xf64>) -> tensor<2x3x1xf64> {
  %0 = nn.log_sum_exp %x : (tensor<2x3x5xf64>) -> tensor<2x3x1xf64>
  return %0 : tensor<2x3x1xf64>
}

func.func @log_sum_exp_of_groups(%x: tensor<2x3x6xf64>) -> tensor<2x3x2xf64> {
  %0 = nn.log_sum_exp %x : (tensor<2x3x6xf64>) -> tensor<2x3x2xf64>
  return %0 : tensor<2x3x2xf64>
}

func.func @pick(%x: tensor<2x3x5xf64>) -> tensor<2x3x1xf64> {
  %targets = arith.constant dense<[[0, 4, 2], [1, -1, 3]]> : tensor<2x3xi32>
  %0 = nn.pick %x, %targets : (tensor<2x3x5xf64>, tensor<2x3xi32>) -> tensor<2x3x1xf64>
  return %0 : tensor<2x3x1xf64>
}

func.func @sum(%x: tensor<2x3x5xf64>) -> tensor<f64> {
  %0 = nn.sum %x : (tensor<2x3x5xf64>) -> tensor<f64>
  return %0 : tensor<f64>
}

func.func @sum_of_scalar(%x: tensor<f64>) -> tensor<f64> {
  %0 = nn.sum %x : (tensor<f64>) -> tensor<f64>
  return %0 : tensor<f64>
}

// The count has no derivative, and stands in no one's way.
func.func @count(%x: tensor<f64>) -> tensor<f64> {
  %targets = arith.constant dense<[[0, -4, 2], [1, -1, 3]]> : tensor<2x3xi32>
  %count = nn.count %targets : (tensor<2x3xi32>) -> tensor<f64>
  %0 = nn.mul %x, %count : (tensor<f64>, tensor<f64>) -> tensor<f64>
  return %0 : tensor<f64>
}
