// RUN: shard-opt %s --shardc-set-target=kind=cuda --shardc-gpu-math | FileCheck %s

// The power of two is the hardware's; what was rounded off its exponent comes back as a factor.
// CHECK-LABEL: func.func @exp(
// CHECK-SAME:    %[[X:.*]]: vector<4xf32>)
// CHECK:         %[[LOW:.*]] = arith.constant dense<-2.000000e+02>
// CHECK:         %[[M:.*]] = arith.maximumf %[[X]], %[[LOW]]
// CHECK:         %[[C:.*]] = arith.minimumf %[[M]], %
// CHECK:         %[[T:.*]] = arith.mulf %[[C]], %[[L:[^ ]*]] : vector<4xf32>
// CHECK:         %[[N:.*]] = arith.negf %[[T]]
// CHECK:         %[[R:.*]] = math.fma %[[C]], %[[L]], %[[N]]
// CHECK:         %[[R2:.*]] = math.fma %[[C]], %{{.*}}, %[[R]]
// CHECK:         %[[P:.*]] = math.exp2 %[[T]]
// CHECK:         %[[F:.*]] = math.fma %[[R2]],
// CHECK:         arith.mulf %[[P]], %[[F]]
func.func @exp(%x: vector<4xf32>) -> vector<4xf32> {
  %0 = math.exp %x : vector<4xf32>
  return %0 : vector<4xf32>
}

// CHECK-LABEL: func.func @divide(
// CHECK:         arith.divf %{{.*}}, %{{.*}} fastmath<arcp,afn> : f32
// CHECK:         arith.divf %{{.*}}, %{{.*}} : f64
// CHECK:         math.exp %{{.*}} : f64
func.func @divide(%x: f32, %y: f64) -> (f32, f64, f64) {
  %0 = arith.divf %x, %x : f32
  %1 = arith.divf %y, %y : f64
  %2 = math.exp %y : f64
  return %0, %1, %2 : f32, f64, f64
}
