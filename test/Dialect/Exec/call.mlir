// RUN: shard-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func @call
func.func @call(%a: tensor<8x8xf32>, %b: tensor<8x8xf32>) {
  // CHECK: exec.call "shardrt_gemm"(%{{.*}}, %{{.*}}) {constants = [], {{.*}}integers = array<i64: 8, 8, 8, 0, 1, 0>, workspace = 0 : i64} : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %0 = exec.call "shardrt_gemm"(%a, %b) {constants = [], floats = array<f64>, integers = array<i64: 8, 8, 8, 0, 1, 0>, workspace = 0 : i64, flops = 1024 : i64,
      function_type = !llvm.func<void (ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64)>} : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  return
}
