// RUN: shard-opt %s --shardc-set-target --shardc-expand-bfloat16 | FileCheck %s

// No conversion is left to the CPU's own instructions; what is no number stays so.
// CHECK-LABEL: func.func @narrow
// CHECK-NOT: arith.truncf
// CHECK: %[[NAN:.*]] = arith.cmpf une, %[[X:.*]], %[[X]] : vector<8xf32>
// CHECK: arith.bitcast %{{.*}} : vector<8xf32> to vector<8xi32>
// CHECK: arith.select %[[NAN]]
// CHECK: return %{{.*}} : vector<8xi16>
func.func @narrow(%x: vector<8xf32>) -> vector<8xbf16> {
  %0 = arith.truncf %x : vector<8xf32> to vector<8xbf16>
  return %0 : vector<8xbf16>
}

// CHECK-LABEL: func.func @widen
// CHECK-NOT: arith.extf
// CHECK: arith.shli
func.func @widen(%x: vector<8xbf16>) -> vector<8xf32> {
  %0 = arith.extf %x : vector<8xbf16> to vector<8xf32>
  return %0 : vector<8xf32>
}

// Moves and choices are of bits: LLVM would make each a call.
// CHECK-LABEL: func.func @choose(
// CHECK-SAME: memref<8xi16>
// CHECK: arith.constant -128 : i16
// CHECK: arith.constant dense<16256> : vector<8xi16>
// CHECK: arith.select %{{.*}} : i16
func.func @choose(%x: memref<8xbf16>, %i: index, %c: i1) -> (bf16, vector<8xbf16>) {
  %inf = arith.constant 0xFF80 : bf16
  %ones = arith.constant dense<1.0> : vector<8xbf16>
  %0 = memref.load %x[%i] : memref<8xbf16>
  %1 = arith.select %c, %0, %inf : bf16
  return %1, %ones : bf16, vector<8xbf16>
}
