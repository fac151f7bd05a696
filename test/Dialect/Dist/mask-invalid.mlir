// RUN: shard-opt %s --split-input-file --verify-diagnostics

dist.mesh ["dp" = 2, "tp" = 4]
func.func @mask_c1(%x: tensor<4xf32>) {
  // expected-error@+1 {{'dist.mask' op dimension 0 must be sharded, got 'tensor<4xf32>'}}
  %0 = dist.mask %x dim = 0 neutral = 0.0 : tensor<4xf32>
  return
}

// -----

dist.mesh ["dp" = 2, "tp" = 4]
func.func @mask_c1(%x: tensor<3xf32, #dist.sharding<[["tp"] : 10]>>) {
  // expected-error@+1 {{'dist.mask' op dimension 1 must be sharded, got 'tensor<3xf32, #dist.sharding<[["tp"] : 10]>>'}}
  %0 = dist.mask %x dim = 1 neutral = 0.0 : tensor<3xf32, #dist.sharding<[["tp"] : 10]>>
  return
}

// -----

// expected-note@+1 {{mesh declared here}}
dist.mesh ["dp" = 2, "tp" = 4]
func.func @mask_c1(%x: tensor<3xf32, #dist.sharding<[["ep"] : 10]>>) {
  // expected-error@+1 {{'dist.mask' op mesh has no axis "ep"}}
  %0 = dist.mask %x dim = 0 neutral = 0.0 : tensor<3xf32, #dist.sharding<[["ep"] : 10]>>
  return
}
