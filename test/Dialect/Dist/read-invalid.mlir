// RUN: shard-opt %s --split-input-file --verify-diagnostics

// expected-note@+1 {{declared here}}
func.func @read_c1() {
  // expected-error@+1 {{'dist.read' op @read_c1 must be a dist.parameter or a dist.state}}
  %0 = dist.read @read_c1 : tensor<f32>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
dist.parameter @w : tensor<10x6xf32> stored <[["tp", "dp"] : 10, []]> unit "" init "normal"
func.func @read_c2() {
  // expected-error@+1 {{must name a part of the parameter: value, gradient, moment1 or moment2, got weight}}
  %0 = dist.read @w[weight] : tensor<2x6xf32>
  return
}

// -----

// expected-note@+1 {{state declared here}}
dist.state @loss : tensor<f32> kind scalar
func.func @read_c2() {
  // expected-error@+1 {{'dist.read' op a state has no part "value"}}
  %0 = dist.read @loss[value] : tensor<f32>
  return
}

// -----

// expected-note@+1 {{state declared here}}
dist.state @loss : tensor<f32> kind scalar
func.func @read_c3() {
  // expected-error@+1 {{'dist.read' op type must be 'tensor<f32>', got 'tensor<f64>'}}
  %0 = dist.read @loss : tensor<f64>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<10x6xf32> stored <[["tp", "dp"] : 10, []]> unit "" init "normal"
func.func @read_c3() {
  // expected-error@+1 {{'dist.read' op type must be 'tensor<2x6xf32, #dist.sharding<[["tp", "dp"] : 10, []]>>', got 'tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>'}}
  %0 = dist.read @w[value] : tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<10x6xf32> stored <[["tp", "dp"] : 10, []]> unit "" init "normal"
func.func @read_c3() {
  // expected-error@+1 {{'dist.read' op changes "dp" from S to R}}
  %0 = dist.read @w[gradient] : tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<10x6xf32> stored <[["tp", "dp"] : 10, []]> unit "" init "normal"
func.func @read_c3() {
  // expected-error@+1 {{'dist.read' op changes "dp" from S to P}}
  %0 = dist.read @w[gradient] : tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []], partial = ["dp"]>>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<10x6xf32> stored <[["tp", "dp"] : 10, []]> accumulator <f32, <[["tp"] : 10, []], partial = ["dp"]>> unit "" init "normal"
func.func @read_c3() {
  // expected-error@+1 {{'dist.read' op changes "dp" from R to S}}
  %0 = dist.read @w[gradient] : tensor<3x6xf32, #dist.sharding<[["tp"] : 10, []]>>
  return
}
