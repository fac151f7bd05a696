// RUN: shard-opt %s --shardc-set-settings="set=train.clip_norm=1.0,train.beta1=0.8,train.weight_decay=0.2" --shardc-differentiate-model --shardc-verify-placements | FileCheck %s
// RUN: shard-opt %s --shardc-set-settings="set=train.clip_norm=null" --shardc-differentiate-model --shardc-verify-placements | FileCheck %s --check-prefix=NOCLIP

// The norm takes what each rank owns. The table is in parts on both axes; the weight is whole along tp, where its first rank alone counts;
// the bias is whole along both. Each sum of squares is made partial on every axis, and one scalar all-reduce adds them.
dist.mesh ["dp_shard" = 2, "tp" = 2]
dist.parameter @table : tensor<16x8xf32> stored <[["tp", "dp_shard"] : 16, []]> unit "" init "normal"
dist.parameter @other : tensor<16x8xf32> stored <[["tp", "dp_shard"] : 16, []]> unit "" init "normal"
dist.parameter @weight : tensor<8xf32> stored <[["dp_shard"] : 8]> unit "" init "ones"
dist.parameter @bias : tensor<8xf32> stored <[[]]> unit "" init "zeros"
#x = #dist.sharding<[["dp_shard"] : 4, []]>
#w = #dist.sharding<[["tp"] : 16, []], copied = ["dp_shard"]>
#c = #dist.sharding<[[]], copied = ["dp_shard"]>
#r = #dist.sharding<[["dp_shard"] : 4, [], []], partial = ["tp"]>
#y = #dist.sharding<[["dp_shard"] : 4, [], []]>
#p = #dist.sharding<[], partial = ["dp_shard"]>
func.func @forward(%t: tensor<2x2xi32, #x> {dist.input = "tokens"}) -> tensor<f32, #p> {
  %table = dist.unshard @table cause "table" : tensor<8x8xf32, #w>
  %other = dist.unshard @other cause "other" : tensor<8x8xf32, #w>
  %weight = dist.unshard @weight cause "weight" : tensor<8xf32, #c>
  %bias = dist.unshard @bias cause "bias" : tensor<8xf32, #c>
  %i = dist.local_index %t over ["tp"] size = 16 : tensor<2x2xi32, #x>
  %0 = nn.embedding %i, %table : (tensor<2x2xi32, #x>, tensor<8x8xf32, #w>) -> tensor<2x2x8xf32, #r>
  %1 = nn.embedding %i, %other : (tensor<2x2xi32, #x>, tensor<8x8xf32, #w>) -> tensor<2x2x8xf32, #r>
  %2 = nn.add %0, %1 : (tensor<2x2x8xf32, #r>, tensor<2x2x8xf32, #r>) -> tensor<2x2x8xf32, #r>
  %3 = dist.all_reduce %2 over ["tp"] cause "table: rowwise" : (tensor<2x2x8xf32, #r>) -> tensor<2x2x8xf32, #y>
  %4 = nn.rms_norm %3, %weight epsilon = 1.0e-5 size = 8 : (tensor<2x2x8xf32, #y>, tensor<8xf32, #c>) -> tensor<2x2x8xf32, #y>
  %5 = nn.rms_norm %4, %bias epsilon = 1.0e-5 size = 8 : (tensor<2x2x8xf32, #y>, tensor<8xf32, #c>) -> tensor<2x2x8xf32, #y>
  %6 = nn.sum %5 : (tensor<2x2x8xf32, #y>) -> tensor<f32, #p>
  return %6 : tensor<f32, #p>
}

// CHECK: dist.state @tokens : tensor<2x2xi32, {{.*}}> kind input
// CHECK: dist.state @learning_rate : tensor<f32> kind scalar
// CHECK: dist.state @inverse_label_count : tensor<f32> kind scalar
// CHECK: dist.state @loss_sum : tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>> kind scalar

// CHECK-LABEL: func.func @micro()
// CHECK: %[[OLD:.*]] = dist.read @loss_sum
// CHECK: %[[NEW:.*]] = nn.add %[[OLD]], %{{.*}} -> tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>
// CHECK: dist.write %[[NEW]], @loss_sum
// CHECK: exec.phase backward

// CHECK-LABEL: func.func @update()
// Gradients are read as they are stored.
// CHECK: %[[G0:.*]] = dist.read @table[gradient] : tensor<4x8xf32, #dist.sharding<{{\[}}["tp", "dp_shard"] : 16, []]>>
// CHECK: %[[G1:.*]] = dist.read @other[gradient]
// CHECK: %[[G2:.*]] = dist.read @weight[gradient] : tensor<4xf32, #dist.sharding<{{\[}}["dp_shard"] : 8]>>
// CHECK: %[[G3:.*]] = dist.read @bias[gradient] : tensor<8xf32>

// Sums of equal placement are added before the first rank is singled out.
// CHECK: %[[S0:.*]] = nn.square_sum %[[G0]] : {{.*}} -> tensor<f32, #dist.sharding<[], partial = ["dp_shard", "tp"]>>
// CHECK: %[[S1:.*]] = nn.square_sum %[[G1]]
// CHECK: %[[PARTS:.*]] = nn.add %[[S0]], %[[S1]]
// CHECK: %[[S2:.*]] = nn.square_sum %[[G2]] : {{.*}} -> tensor<f32, #dist.sharding<[], partial = ["dp_shard"]>>
// CHECK: %[[S3:.*]] = nn.square_sum %[[G3]] : (tensor<8xf32>) -> tensor<f32>
// CHECK: %[[F2:.*]] = dist.keep_first %[[S2]] over ["tp"] cause "gradient norm"
// CHECK: %[[A2:.*]] = nn.add %[[PARTS]], %[[F2]]
// CHECK: %[[F3:.*]] = dist.keep_first %[[S3]] over ["dp_shard", "tp"] cause "gradient norm"
// CHECK: %[[A3:.*]] = nn.add %[[A2]], %[[F3]]
// CHECK: %[[SUM:.*]] = dist.all_reduce %[[A3]] over ["dp_shard", "tp"] cause "gradient norm" : {{.*}} -> tensor<f32>
// CHECK: %[[NORM:.*]] = nn.sqrt %[[SUM]]
// CHECK: dist.write %[[NORM]], @grad_norm

// The loss is reduced once a step, divided by the step's labels, and its sum begins anew.
// CHECK: %[[LOSS:.*]] = dist.all_reduce %{{.*}} over ["dp_shard"] cause "loss"
// CHECK: %[[COUNT:.*]] = dist.read @inverse_label_count
// CHECK: %[[MEAN:.*]] = nn.mul %[[LOSS]], %[[COUNT]]
// CHECK: %[[ZERO:.*]] = nn.zeros
// CHECK: dist.write %[[MEAN]], @loss
// CHECK: dist.write %[[ZERO]], @loss_sum

// No other collective. Matrices are decayed, vectors are not.
// CHECK-NOT: dist.all_reduce
// CHECK: %[[SCALE:.*]] = nn.clip_scale %[[NORM]] {max_norm = 1.000000e+00 : f64}
// CHECK: %[[RATE:.*]] = dist.read @learning_rate
// CHECK: %[[C:.*]] = dist.vary %[[SCALE]] over ["dp_shard", "tp"] cause "table"
// CHECK: %[[P:.*]] = dist.read @table[value]
// CHECK: %[[M:.*]] = dist.read @table[moment1]
// CHECK: %[[V:.*]] = dist.read @table[moment2]
// CHECK: nn.adamw %[[P]], %[[G0]], %[[M]], %[[V]], {{.*}}, %[[C]] {beta1 = 8.000000e-01 : f64, {{.*}}, weight_decay = 2.000000e-01 : f64}
// CHECK: dist.write %{{.*}}, @table[value]
// CHECK: dist.write %{{.*}}, @table[moment1]
// CHECK: dist.write %{{.*}}, @table[moment2]
// CHECK: nn.adamw %{{.*}}, %[[G1]], {{.*}} weight_decay = 2.000000e-01 : f64}
// CHECK: nn.adamw %{{.*}}, %[[G2]], {{.*}} weight_decay = 0.000000e+00 : f64}
// CHECK: nn.adamw %{{.*}}, %[[G3]], {{.*}}, %[[RATE]], %{{.*}}, %{{.*}}, %[[SCALE]] {{.*}} weight_decay = 0.000000e+00 : f64}
// CHECK-NOT: dist.all_reduce

// NOCLIP: nn.clip_scale %{{.*}} : (tensor<f32>) -> tensor<f32>
// NOCLIP: nn.adamw {{.*}} {beta1 = 9.000000e-01 : f64, beta2 = 0.94999999999999996 : f64, epsilon = 1.000000e-08 : f64, weight_decay = 1.000000e-01 : f64}
