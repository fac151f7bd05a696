// RUN: shard-opt %s --split-input-file --verify-diagnostics

func.func @collective_c1(%x: tensor<8xf32>) {
  // expected-error@+1 {{'exec.collective' op kind must be all_reduce, all_gather or reduce_scatter, got "broadcast"}}
  %0 = exec.collective(%x) {axes = ["tp"], cause = "", dims = array<i64: -1>, group_size = 2 : i64, kind = "broadcast", reduction = "sum"} : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @collective_c1(%x: tensor<8xf32>) {
  // expected-error@+1 {{'exec.collective' op reduction must be sum or max, got "mean"}}
  %0 = exec.collective(%x) {axes = ["tp"], cause = "", dims = array<i64: -1>, group_size = 2 : i64, kind = "all_reduce", reduction = "mean"} : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @collective_group(%x: tensor<8xf32>) {
  // expected-error@+1 {{'exec.collective' op group_size must be positive, got 0}}
  %0 = exec.collective(%x) {axes = ["tp"], cause = "", dims = array<i64: -1>, group_size = 0 : i64, kind = "all_reduce", reduction = "sum"} : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @collective_c2(%x: tensor<8xf32>) {
  // expected-error@+1 {{'exec.collective' op must have as many inputs as outputs as dims, got 1, 1 and 2}}
  %0 = exec.collective(%x) {axes = ["tp"], cause = "", dims = array<i64: -1, -1>, group_size = 2 : i64, kind = "all_reduce", reduction = "sum"} : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @collective_c3(%x: tensor<8xf32>) {
  // expected-error@+1 {{'exec.collective' op an all_reduce keeps the shape and has dimension -1, got 'tensor<8xf32>' and 'tensor<16xf32>', dimension -1}}
  %0 = exec.collective(%x) {axes = ["tp"], cause = "", dims = array<i64: -1>, group_size = 2 : i64, kind = "all_reduce", reduction = "sum"} : (tensor<8xf32>) -> tensor<16xf32>
  return
}

// -----

func.func @collective_c3(%x: tensor<3x8xf32>) {
  // expected-error@+1 {{'exec.collective' op a part of 'tensor<8x8xf32>' in dimension 0 over 4 ranks is not 'tensor<3x8xf32>'}}
  %0 = exec.collective(%x) {axes = ["dp"], cause = "", dims = array<i64: 0>, group_size = 4 : i64, kind = "all_gather", reduction = "sum"} : (tensor<3x8xf32>) -> tensor<8x8xf32>
  return
}

// -----

func.func @collective_c3(%x: tensor<8x8xf32>) {
  // expected-error@+1 {{'exec.collective' op a part of 'tensor<8x8xf32>' in dimension 1 over 4 ranks is not 'tensor<2x8xf32>'}}
  %0 = exec.collective(%x) {axes = ["dp"], cause = "", dims = array<i64: 1>, group_size = 4 : i64, kind = "reduce_scatter", reduction = "sum"} : (tensor<8x8xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @collective_c3(%x: tensor<2xf32>) {
  // expected-error@+1 {{'exec.collective' op dimension 1 must be one of both 'tensor<2xf32>' and 'tensor<8xf32>'}}
  %0 = exec.collective(%x) {axes = ["dp"], cause = "", dims = array<i64: 1>, group_size = 4 : i64, kind = "all_gather", reduction = "sum"} : (tensor<2xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @collective_c3(%x: tensor<2xf32>) {
  // expected-error@+1 {{'exec.collective' op inputs and outputs must have one element type, got 'tensor<2xf32>' and 'tensor<8xf64>'}}
  %0 = exec.collective(%x) {axes = ["dp"], cause = "", dims = array<i64: 0>, group_size = 4 : i64, kind = "all_gather", reduction = "sum"} : (tensor<2xf32>) -> tensor<8xf64>
  return
}
