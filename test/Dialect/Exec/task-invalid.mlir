// RUN: shard-opt %s --split-input-file --verify-diagnostics

func.func @kinds(%x: tensor<8xf32>) {
  // expected-error@+1 {{'exec.copy' op must say what it holds once or for each of its 1 results, got 2 kinds}}
  %0 = exec.copy(%x) holds <activations, workspace> : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @offsets(%x: tensor<8xf32>) {
  // expected-error@+1 {{'exec.copy' op must have an offset for each of its 1 results, got 2}}
  %0 = exec.copy(%x) bytes <[0, 64]> : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @stream(%x: tensor<8xf32>) {
  // expected-error@+2 {{expected one of [compute, gather, reduce, copy]}}
  // expected-error@+1 {{failed to parse Exec_OrderAttr parameter 'stream'}}
  %0 = exec.copy(%x) order <0 on s1> : (tensor<8xf32>) -> tensor<8xf32>
  return
}
