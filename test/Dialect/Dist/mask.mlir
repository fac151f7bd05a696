// RUN: shard-opt %s --verify-roundtrip | FileCheck %s
// RUN: shard-opt %s -test-vjp-dual --verify-diagnostics -o /dev/null

dist.mesh ["dp" = 2, "tp" = 4]

// CHECK-LABEL: @mask(
func.func @mask(%x: tensor<2x8x253xf32, #dist.sharding<[[], [], ["tp"] : 1009], copied = ["dp"]>>) -> tensor<2x8x253xf32, #dist.sharding<[[], [], ["tp"] : 1009], copied = ["dp"]>> {
  // CHECK: dist.mask %{{.*}} dim = 2 neutral = 0xFFF0000000000000 : tensor<2x8x253xf32, #dist.sharding<{{\[}}[], [], ["tp"] : 1009], copied = ["dp"]>>
  // expected-remark@+1 {{dist.mask to 'tensor<2x8x253xf32, #dist.sharding<[[], [], ["tp"] : 1009], partial = ["dp"]>>'}}
  %0 = dist.mask %x dim = 2 neutral = 0xFFF0000000000000 : tensor<2x8x253xf32, #dist.sharding<[[], [], ["tp"] : 1009], copied = ["dp"]>>
  return %0 : tensor<2x8x253xf32, #dist.sharding<[[], [], ["tp"] : 1009], copied = ["dp"]>>
}
