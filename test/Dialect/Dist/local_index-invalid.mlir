// RUN: shard-opt %s --split-input-file --verify-diagnostics

// expected-note@+1 {{mesh declared here}}
dist.mesh ["dp" = 2, "tp" = 4]
func.func @local_index_c1(%x: tensor<2x8xi32>) {
  // expected-error@+1 {{'dist.local_index' op mesh has no axis "ep"}}
  %0 = dist.local_index %x over ["ep"] size = 1009 : tensor<2x8xi32>
  return
}
