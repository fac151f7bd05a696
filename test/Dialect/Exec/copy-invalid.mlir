// RUN: shard-opt %s --split-input-file --verify-diagnostics

func.func @copy_c1(%x: tensor<8xf32>) {
  // expected-error@+1 {{'exec.copy' op must have one input and one output}}
  %0:2 = exec.copy(%x) : (tensor<8xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  return
}

// -----

func.func @copy_c1(%x: tensor<8xf32>) {
  // expected-error@+1 {{'exec.copy' op must have as many bytes in as out, got 'tensor<8xf32>' and 'tensor<4xf32>'}}
  %0 = exec.copy(%x) : (tensor<8xf32>) -> tensor<4xf32>
  return
}
