// RUN: shard-opt %s --split-input-file --verify-diagnostics

func.func @collective_c1(%x: tensor<8xf32>) {
  // expected-error@+1 {{'exec.collective' op a collective all_gather has no reduction, got sum}}
  %0 = exec.collective all_gather(%x) by sum over ["tp"] cause "" {dims = array<i64: -1>, group_size = 2 : i64} : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @collective_c1(%x: tensor<8xf32>) {
  // expected-error@+1 {{'exec.collective' op a collective all_reduce must have a reduction}}
  %0 = exec.collective all_reduce(%x) over ["tp"] cause "" {dims = array<i64: -1>, group_size = 2 : i64} : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @collective_group(%x: tensor<8xf32>) {
  // expected-error@+1 {{'exec.collective' op group_size must be positive, got 0}}
  %0 = exec.collective all_reduce(%x) by sum over ["tp"] cause "" {dims = array<i64: -1>, group_size = 0 : i64} : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @collective_c2(%x: tensor<8xf32>) {
  // expected-error@+1 {{'exec.collective' op must have as many inputs as outputs as dims, got 1, 1 and 2}}
  %0 = exec.collective all_reduce(%x) by sum over ["tp"] cause "" {dims = array<i64: -1, -1>, group_size = 2 : i64} : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @collective_c3(%x: tensor<8xf32>) {
  // expected-error@+1 {{'exec.collective' op an all_reduce keeps the shape and has dimension -1, got 'tensor<8xf32>' and 'tensor<16xf32>', dimension -1}}
  %0 = exec.collective all_reduce(%x) by sum over ["tp"] cause "" {dims = array<i64: -1>, group_size = 2 : i64} : (tensor<8xf32>) -> tensor<16xf32>
  return
}

// -----

func.func @collective_c3(%x: tensor<3x8xf32>) {
  // expected-error@+1 {{'exec.collective' op a part of 'tensor<8x8xf32>' in dimension 0 over 4 ranks is not 'tensor<3x8xf32>'}}
  %0 = exec.collective all_gather(%x) over ["dp"] cause "" {dims = array<i64: 0>, group_size = 4 : i64} : (tensor<3x8xf32>) -> tensor<8x8xf32>
  return
}

// -----

func.func @collective_c3(%x: tensor<8x8xf32>) {
  // expected-error@+1 {{'exec.collective' op a part of 'tensor<8x8xf32>' in dimension 1 over 4 ranks is not 'tensor<2x8xf32>'}}
  %0 = exec.collective reduce_scatter(%x) by sum over ["dp"] cause "" {dims = array<i64: 1>, group_size = 4 : i64} : (tensor<8x8xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @collective_c3(%x: tensor<2xf32>) {
  // expected-error@+1 {{'exec.collective' op dimension 1 must be one of both 'tensor<2xf32>' and 'tensor<8xf32>'}}
  %0 = exec.collective all_gather(%x) over ["dp"] cause "" {dims = array<i64: 1>, group_size = 4 : i64} : (tensor<2xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @collective_c3(%x: tensor<2xf32>) {
  // expected-error@+1 {{'exec.collective' op inputs and outputs must have one element type, got 'tensor<2xf32>' and 'tensor<8xf64>'}}
  %0 = exec.collective all_gather(%x) over ["dp"] cause "" {dims = array<i64: 0>, group_size = 4 : i64} : (tensor<2xf32>) -> tensor<8xf64>
  return
}

// -----

func.func @collective_c4(%x: tensor<8xf32>) {
  // expected-error@+1 {{'exec.collective' op placed must have the types of inputs and outputs, got '(tensor<4xf32>) -> tensor<8xf32>'}}
  %0 = exec.collective all_reduce(%x) by sum over ["tp"] cause "" placed (tensor<4xf32>) -> tensor<8xf32> {dims = array<i64: -1>, group_size = 2 : i64} : (tensor<8xf32>) -> tensor<8xf32>
  return
}
