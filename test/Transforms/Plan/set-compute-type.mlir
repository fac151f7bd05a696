// RUN: shard-opt %s --shardc-set-settings="set=precision.param_dtype=float32" --shardc-set-compute-type | FileCheck %s --check-prefix=F32


dist.mesh ["dp_shard" = 2]
// What is stored stays as it is.
// CHECK: dist.parameter @embed : tensor<16x8xf32>
dist.parameter @embed : tensor<16x8xf32> stored #dist.sharding<[["dp_shard"] : 16, []]> unit "" init "normal"
dist.parameter @norm : tensor<8xf32> stored #dist.sharding<[["dp_shard"] : 8]> unit "a" init "ones"

// The loss and its count stay float32, and so does what is made of integers alone.
// CHECK-LABEL: func.func @forward(
// CHECK-SAME: -> (tensor<f32>, tensor<f32>)
// F32-LABEL: func.func @forward(
func.func @forward(%tokens: tensor<4x2xi32>, %targets: tensor<4x2xi32>, %positions: tensor<4x2xi32>) -> (tensor<f32>, tensor<f32>) {
  // F32: dist.unshard @embed {{.*}} : tensor<16x8xf32>
  // CHECK: %[[E:.*]] = dist.unshard @embed {{.*}} : tensor<16x8xbf16>
  %e = dist.unshard @embed computed #dist.sharding<[[], []], copied = ["dp_shard"]> cause "embed" : tensor<16x8xf32>
  // CHECK: %[[N:.*]] = dist.unshard @norm {{.*}} : tensor<8xbf16>
  %n = dist.unshard @norm computed #dist.sharding<[[]], copied = ["dp_shard"]> cause "norm" : tensor<8xf32>
  // CHECK: nn.embedding %{{.*}}, %[[E]] : (tensor<4x2xi32>, tensor<16x8xbf16>) -> tensor<4x2x8xbf16>
  %x = nn.embedding %tokens, %e : (tensor<4x2xi32>, tensor<16x8xf32>) -> tensor<4x2x8xf32>
  // CHECK: nn.rope_table {{.*}} -> (tensor<4x2x1xf32>, tensor<4x2x1xf32>)
  %cos, %sin = nn.rope_table %positions frequencies = dense<0.1> : tensor<1xf64> : (tensor<4x2xi32>) -> (tensor<4x2x1xf32>, tensor<4x2x1xf32>)
  // CHECK: call @layer({{.*}}) : (tensor<4x2x8xbf16>, tensor<4x2x1xf32>, tensor<4x2x1xf32>, tensor<8xbf16>) -> tensor<4x2x8xbf16>
  %y = call @layer(%x, %cos, %sin, %n) : (tensor<4x2x8xf32>, tensor<4x2x1xf32>, tensor<4x2x1xf32>, tensor<8xf32>) -> tensor<4x2x8xf32>
  // CHECK: call @layer
  %z = call @layer(%y, %cos, %sin, %n) : (tensor<4x2x8xf32>, tensor<4x2x1xf32>, tensor<4x2x1xf32>, tensor<8xf32>) -> tensor<4x2x8xf32>
  // CHECK: nn.cross_entropy {{.*}} : (tensor<4x2x16xbf16>, tensor<4x2xi32>) -> (tensor<f32>, tensor<f32>)
  %logits = nn.linear %z, %e : (tensor<4x2x8xf32>, tensor<16x8xf32>) -> tensor<4x2x16xf32>
  %sum, %count = nn.cross_entropy %logits, %targets : (tensor<4x2x16xf32>, tensor<4x2xi32>) -> (tensor<f32>, tensor<f32>)
  return %sum, %count : tensor<f32>, tensor<f32>
}

// A function's types are those of its calls; an operation says which of its results are statistics.
// CHECK-LABEL: func.func private @layer(
// CHECK-SAME: tensor<4x2x8xbf16>, %{{.*}}: tensor<4x2x1xf32>, %{{.*}}: tensor<4x2x1xf32>, %{{.*}}: tensor<8xbf16>) -> tensor<4x2x8xbf16>
func.func private @layer(%x: tensor<4x2x8xf32>, %cos: tensor<4x2x1xf32>, %sin: tensor<4x2x1xf32>, %w: tensor<8xf32>) -> tensor<4x2x8xf32> {
  %0 = nn.rms_norm %x, %w epsilon = 1.0e-5 size = 8 : (tensor<4x2x8xf32>, tensor<8xf32>) -> tensor<4x2x8xf32>
  %1 = nn.reshape %0 "b t (h d) -> b t h d" : (tensor<4x2x8xf32>) -> tensor<4x2x4x2xf32>
  // CHECK: nn.rope {{.*}} : (tensor<4x2x4x2xbf16>, tensor<4x2x1xf32>, tensor<4x2x1xf32>) -> tensor<4x2x4x2xbf16>
  %2 = nn.rope %1, %cos, %sin : (tensor<4x2x4x2xf32>, tensor<4x2x1xf32>, tensor<4x2x1xf32>) -> tensor<4x2x4x2xf32>
  %3 = nn.reshape %2 "b t h d -> b t (h d)" : (tensor<4x2x4x2xf32>) -> tensor<4x2x8xf32>
  return %3 : tensor<4x2x8xf32>
}
