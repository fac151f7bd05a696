// RUN: shard-opt %s --verify-roundtrip | FileCheck %s

dist.mesh ["dp" = 2, "tp" = 4]

// CHECK-LABEL: @local_index
func.func @local_index(%x: tensor<2x8xi32>) {
  // CHECK: dist.local_index %{{.*}} over ["tp"] size = 1009 : tensor<2x8xi32>
  %0 = dist.local_index %x over ["tp"] size = 1009 : tensor<2x8xi32>
  // CHECK: dist.coordinate over ["dp", "tp"]
  %1 = dist.coordinate over ["dp", "tp"]
  return
}
