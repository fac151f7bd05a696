// RUN: shard-opt %s --shardc-expand-math | FileCheck %s

// CHECK-LABEL: func.func @float(
// CHECK-NOT:     math.exp
// CHECK:         math.sin
// CHECK:         math.sqrt
func.func @float(%x: vector<8xf32>) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>) {
  %0 = math.exp %x : vector<8xf32>
  %1 = math.sin %x : vector<8xf32>
  %2 = math.sqrt %x : vector<8xf32>
  return %0, %1, %2 : vector<8xf32>, vector<8xf32>, vector<8xf32>
}

// What LLVM has no intrinsic for, or no exact one, is called from libm.
// CHECK-LABEL: func.func @double(
// CHECK:         math.exp {{.*}} : vector<2xf64>
// CHECK-COUNT-2: call @erf
// CHECK-COUNT-2: call @log1p
func.func @double(%x: vector<2xf64>) -> (vector<2xf64>, vector<2xf64>, vector<2xf64>) {
  %0 = math.exp %x : vector<2xf64>
  %1 = math.erf %x : vector<2xf64>
  %2 = math.log1p %x : vector<2xf64>
  return %0, %1, %2 : vector<2xf64>, vector<2xf64>, vector<2xf64>
}
