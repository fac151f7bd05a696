// Operations on bfloat16: what they compute in, and which results are float32.
// RUN: shard-opt %s -test-lower-to-linalg | FileCheck %s
// RUN: shard-opt %s -test-vjp | FileCheck %s --check-prefix=VJP
// RUN: shard-opt %s -test-target --verify-diagnostics -o /dev/null

// Each operation computes in float32 and rounds its result once; the sum of a row is not rounded.
// CHECK-LABEL: func.func @rms_norm
// VJP-LABEL: func.func @rms_norm_vjp
func.func @rms_norm(%x: tensor<2x8x64xbf16>, %w: tensor<64xbf16>) -> tensor<2x8x64xbf16> {
  // CHECK: linalg.generic {{.*}} ins(%{{.*}} : tensor<2x8x64xbf16>) outs(%{{.*}} : tensor<2x8xf32>)
  // CHECK: arith.extf %{{.*}} : bf16 to f32
  // CHECK: arith.addf %{{.*}} : f32
  // CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<2x8x64xbf16>)
  // CHECK: math.sqrt %{{.*}} : f32
  // CHECK: arith.truncf %{{.*}} : f32 to bf16
  // VJP: nn.rms_norm_grad {{.*}} -> tensor<2x8x64xbf16>
  // VJP: nn.rms_norm_weight_grad {{.*}} -> tensor<64xf32>
  // expected-remark@below {{kernel of 2 row dimensions of [2, 8, 64]}}
  %0 = nn.rms_norm %x, %w epsilon = 1.0e-5 size = 64 : (tensor<2x8x64xbf16>, tensor<64xbf16>) -> tensor<2x8x64xbf16>
  return %0 : tensor<2x8x64xbf16>
}

// VJP-LABEL: func.func @linear_vjp
func.func @linear(%x: tensor<2x8x32xbf16>, %w: tensor<64x32xbf16>) -> tensor<2x8x64xbf16> {
  // VJP: nn.linear {{.*}} -> tensor<2x8x32xbf16>
  // VJP: nn.linear_weight_grad {{.*}} : (tensor<2x8x64xbf16>, tensor<2x8x32xbf16>) -> tensor<64x32xf32>
  // expected-remark@below {{shardrt_gemm [16, 64, 32, 0, 1, 3, 3]}}
  %0 = nn.linear %x, %w : (tensor<2x8x32xbf16>, tensor<64x32xbf16>) -> tensor<2x8x64xbf16>
  return %0 : tensor<2x8x64xbf16>
}

// VJP-LABEL: func.func @add_bias_vjp
func.func @add_bias(%x: tensor<2x8x64xbf16>, %b: tensor<64xbf16>) -> tensor<2x8x64xbf16> {
  // VJP: nn.sum_rows %{{.*}} : (tensor<2x8x64xbf16>) -> tensor<64xf32>
  // expected-remark@below {{kernel of 2 row dimensions of [2, 8, 64]}}
  %0 = nn.add_bias %x, %b : (tensor<2x8x64xbf16>, tensor<64xbf16>) -> tensor<2x8x64xbf16>
  return %0 : tensor<2x8x64xbf16>
}

// VJP-LABEL: func.func @embedding_vjp
func.func @embedding(%ids: tensor<2x8xi32>, %table: tensor<256x32xbf16>) -> tensor<2x8x32xbf16> {
  // VJP: nn.embedding_grad {{.*}} -> tensor<256x32xf32>
  // expected-remark@below {{kernel of 2 row dimensions of [2, 8, 32]}}
  %0 = nn.embedding %ids, %table : (tensor<2x8xi32>, tensor<256x32xbf16>) -> tensor<2x8x32xbf16>
  return %0 : tensor<2x8x32xbf16>
}

// The gradient of the logits is rounded once, after its two parts are added.
// VJP-LABEL: func.func @cross_entropy_vjp
func.func @cross_entropy(%logits: tensor<2x8x256xbf16>, %targets: tensor<2x8xi32>) -> tensor<f32> {
  // VJP: nn.log_sum_exp %{{.*}} : (tensor<2x8x256xbf16>) -> tensor<2x8x1xf32>
  // VJP: nn.log_sum_exp_grad {{.*}} -> tensor<2x8x256xf32>
  // VJP: nn.pick_grad {{.*}} -> tensor<2x8x256xf32>
  // VJP: nn.sub {{.*}} -> tensor<2x8x256xf32>
  // expected-remark@below {{kernel of}}
  %sum, %count = nn.cross_entropy %logits, %targets : (tensor<2x8x256xbf16>, tensor<2x8xi32>) -> (tensor<f32>, tensor<f32>)
  return %sum : tensor<f32>
}

// VJP-LABEL: func.func @attention_vjp
func.func @attention(%q: tensor<2x8x4x16xbf16>, %k: tensor<2x8x2x16xbf16>, %p: tensor<2x8xi32>) -> tensor<2x8x4x16xbf16> {
  // CHECK-LABEL: func.func @attention
  // CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<2x8x4x8xf32>)
  // VJP: nn.attention_grad
  // expected-remark@below {{shardrt_attention [2, 8, 8, 4, 2, 16, 1, 0, 3]}}
  %o, %lse = nn.attention %q, %k, %k, %p, %p scale = 0.25 causal : (tensor<2x8x4x16xbf16>, tensor<2x8x2x16xbf16>, tensor<2x8x2x16xbf16>, tensor<2x8xi32>, tensor<2x8xi32>) -> (tensor<2x8x4x16xbf16>, tensor<2x4x8xf32>)
  return %o : tensor<2x8x4x16xbf16>
}
