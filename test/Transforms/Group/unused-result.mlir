// What a lowering computes for a result that nobody uses is not in the kernel.
// RUN: shard-opt %s --shardc-set-target --shardc-group | FileCheck %s

// CHECK: exec.kernel @[[KERNEL:[a-z_0-9]+]]
// CHECK: exec.yield %{{[a-z0-9]+}} : tensor<f32>
// CHECK: func.func @cross_entropy
// CHECK: %[[SUM:.*]] = exec.launch @[[KERNEL]]({{.*}}) : (tensor<2x8x256xf32>, tensor<2x8xi32>) -> tensor<f32>
// CHECK: return %[[SUM]]
func.func @cross_entropy(%logits: tensor<2x8x256xf32>, %targets: tensor<2x8xi32>) -> tensor<f32> {
  %sum, %count = nn.cross_entropy %logits, %targets : (tensor<2x8x256xf32>, tensor<2x8xi32>) -> (tensor<f32>, tensor<f32>)
  return %sum : tensor<f32>
}
