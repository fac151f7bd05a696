// RUN: shard-opt %s -test-lower-dist -canonicalize | FileCheck %s

dist.mesh ["dp" = 2, "tp" = 4]

// One loop for each dimension; the payload captures the coordinate.
// CHECK-LABEL: func.func @mask
// CHECK: %[[TP:.*]] = dist.coordinate over ["tp"]
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel", "parallel"]
// CHECK-NEXT: ^bb0(%[[IN:[^ ]*]]: f32
// CHECK: %[[INDEX:.*]] = linalg.index 2
// CHECK: %[[START:.*]] = arith.muli %[[TP]], %c253
// CHECK: %[[LEFT:.*]] = arith.subi %c1009, %[[START]]
// CHECK: %[[AT_LEAST:.*]] = arith.maxsi %[[LEFT]], %c0
// CHECK: %[[VALID:.*]] = arith.minsi %[[AT_LEAST]], %c253
// CHECK: %[[INSIDE:.*]] = arith.cmpi slt, %[[INDEX]], %[[VALID]]
// CHECK: arith.select %[[INSIDE]], %[[IN]], %{{.*}}
func.func @mask(%x: tensor<2x8x253xf32, #dist.sharding<[[], [], ["tp"] : 1009]>>) -> tensor<2x8x253xf32, #dist.sharding<[[], [], ["tp"] : 1009]>> {
  %0 = dist.mask %x dim = 2 neutral = 0xFFF0000000000000 : tensor<2x8x253xf32, #dist.sharding<[[], [], ["tp"] : 1009]>>
  return %0 : tensor<2x8x253xf32, #dist.sharding<[[], [], ["tp"] : 1009]>>
}

// What divides needs no comparison.
// CHECK-LABEL: func.func @slice
// CHECK: %[[TP:.*]] = dist.coordinate over ["tp"]
// CHECK: linalg.generic
// CHECK-NOT: arith.cmpi
// CHECK: tensor.extract
func.func @slice(%x: tensor<8x6xf32>) -> tensor<2x6xf32, #dist.sharding<[["tp"] : 8, []]>> {
  %0 = dist.slice %x over ["tp"] dim = 0 cause "" : (tensor<8x6xf32>) -> tensor<2x6xf32, #dist.sharding<[["tp"] : 8, []]>>
  return %0 : tensor<2x6xf32, #dist.sharding<[["tp"] : 8, []]>>
}

// The first of a group is the first along each of its axes.
// CHECK-LABEL: func.func @keep_first
// CHECK: %[[GROUP:.*]] = dist.coordinate over ["dp", "tp"]
// CHECK: linalg.generic {{.*}}iterator_types = []
// CHECK: %[[FIRST:.*]] = arith.cmpi eq, %[[GROUP]], %c0
// CHECK: arith.select %[[FIRST]]
func.func @keep_first(%x: tensor<f64>) -> tensor<f64, #dist.sharding<[], partial = ["dp", "tp"]>> {
  %0 = dist.keep_first %x over ["dp", "tp"] cause "" : (tensor<f64>) -> tensor<f64, #dist.sharding<[], partial = ["dp", "tp"]>>
  return %0 : tensor<f64, #dist.sharding<[], partial = ["dp", "tp"]>>
}
