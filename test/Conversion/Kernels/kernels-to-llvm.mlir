// RUN: shard-opt %s --shardc-set-target=cpu=x86-64-v3 --shardc-codegen | FileCheck %s

// Memory becomes plain pointers; nothing but LLVM remains. A function of float32 is arithmetic, one of float64 an intrinsic,
// which becomes a call of libm for each lane.
// CHECK-LABEL: llvm.func @exp_float(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: i64, %{{.*}}: i64)
// CHECK-NOT:     exp
// CHECK:         llvm.load {{.*}} -> vector<8xf32>
// CHECK-NOT:     exp
// CHECK:         llvm.intr.fma
// CHECK-NOT:     exp
// CHECK:         llvm.store {{.*}} : vector<8xf32>
// CHECK-NOT:     memref
// CHECK:         llvm.return
exec.kernel @exp_float(%x: tensor<4x16xf32>) -> (tensor<4x16xf32>) rows = [4] in_place = [0, 0] {
  %e = tensor.empty() : tensor<4x16xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(n, d) -> (n, d)>, affine_map<(n, d) -> (n, d)>],
      iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x16xf32>) outs(%e : tensor<4x16xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = math.exp %a : f32
    linalg.yield %s : f32
  } -> tensor<4x16xf32>
  exec.yield %0 : tensor<4x16xf32>
}

// CHECK-LABEL: llvm.func @exp_double(
// CHECK:         llvm.intr.exp({{.*}}) : (vector<4xf64>) -> vector<4xf64>
exec.kernel @exp_double(%x: tensor<4x16xf64>) -> (tensor<4x16xf64>) rows = [4] in_place = [0, 0] {
  %e = tensor.empty() : tensor<4x16xf64>
  %0 = linalg.generic {indexing_maps = [affine_map<(n, d) -> (n, d)>, affine_map<(n, d) -> (n, d)>],
      iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x16xf64>) outs(%e : tensor<4x16xf64>) {
  ^bb0(%a: f64, %out: f64):
    %s = math.exp %a : f64
    linalg.yield %s : f64
  } -> tensor<4x16xf64>
  exec.yield %0 : tensor<4x16xf64>
}
