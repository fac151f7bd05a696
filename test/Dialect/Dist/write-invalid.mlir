// RUN: shard-opt %s --split-input-file --verify-diagnostics

// expected-note@+1 {{declared here}}
func.func @write_c1(%0: tensor<f32>) {
  // expected-error@+1 {{'dist.write' op @write_c1 must be a dist.parameter or a dist.state}}
  dist.write %0, @write_c1 : tensor<f32>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<10x6xf32> stored <[["tp", "dp"] : 10, []]> unit "" init "normal"
func.func @write_c2(%0: tensor<2x6xf32>) {
  // expected-error@+1 {{'dist.write' op must name a part of the parameter: value, gradient, moment1 or moment2}}
  dist.write %0, @w : tensor<2x6xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
// expected-note@+1 {{parameter declared here}}
dist.parameter @w : tensor<10x6xf32> stored <[["tp", "dp"] : 10, []]> unit "" init "normal"
func.func @write_c3(%0: tensor<10x6xf32>) {
  // expected-error@+1 {{'dist.write' op type must be 'tensor<2x6xf32, #dist.sharding<[["tp", "dp"] : 10, []]>>', got 'tensor<10x6xf32>'}}
  dist.write %0, @w[value] : tensor<10x6xf32>
  return
}
