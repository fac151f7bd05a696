// RUN: shard-opt %s --shardc-set-target --shardc-group-tasks --split-input-file --verify-diagnostics

dist.mesh ["tp" = 2]
func.func @micro(%x: tensor<2x8xf32, #dist.sharding<[["tp"] : 4, []]>>) -> tensor<4x4xf32, #dist.sharding<[[], ["tp"] : 8]>> {
  // expected-error@+1 {{all_to_all is not supported yet}}
  %0 = dist.all_to_all %x over ["tp"] from 0 to 1 cause "" : (tensor<2x8xf32, #dist.sharding<[["tp"] : 4, []]>>) -> tensor<4x4xf32, #dist.sharding<[[], ["tp"] : 8]>>
  return %0 : tensor<4x4xf32, #dist.sharding<[[], ["tp"] : 8]>>
}

// -----

func.func @micro() {
  // expected-error@+1 {{cannot be made a task: it says nothing of how it is lowered}}
  %0 = tensor.empty() : tensor<4xf32>
  return
}
