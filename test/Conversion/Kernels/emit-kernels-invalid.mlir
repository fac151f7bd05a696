// RUN: shard-opt %s --shardc-set-target --shardc-emit-kernels --split-input-file --verify-diagnostics

exec.kernel @payload(%x: tensor<4xf32>) -> (tensor<4xf32>) rows = [] in_place = [] {
  %e = tensor.empty() : tensor<4xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(d) -> (d)>, affine_map<(d) -> (d)>], iterator_types = ["parallel"]}
      ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %out: f32):
    // expected-error@+1 {{operation 'vector.broadcast' is not supported in a kernel's payload}}
    %v = vector.broadcast %a : f32 to vector<2xf32>
    %s = vector.extract %v[0] : f32 from vector<2xf32>
    linalg.yield %s : f32
  } -> tensor<4xf32>
  exec.yield %0 : tensor<4xf32>
}

// -----

exec.kernel @body(%x: tensor<4xf32>) -> (tensor<2xf32>) rows = [] in_place = [] {
  // expected-error@+1 {{operation 'tensor.extract_slice' is not supported in a kernel}}
  %0 = tensor.extract_slice %x[0] [2] [1] : tensor<4xf32> to tensor<2xf32>
  exec.yield %0 : tensor<2xf32>
}

// -----

exec.kernel @rows(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>) rows = [2] in_place = [] {
  %e = tensor.empty() : tensor<4x8xf32>
  // expected-error@+1 {{leading loops must be the kernel's rows [2], got loops of [4, 8]}}
  %0 = linalg.generic {indexing_maps = [affine_map<(n, d) -> (n, d)>, affine_map<(n, d) -> (n, d)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %out: f32):
    linalg.yield %a : f32
  } -> tensor<4x8xf32>
  exec.yield %0 : tensor<4x8xf32>
}

// -----

exec.kernel @map(%x: tensor<4xf32>) -> (tensor<8xf32>) rows = [] in_place = [] {
  %e = tensor.empty() : tensor<8xf32>
  // expected-error@+1 {{is not linear in the loops}}
  %0 = linalg.generic {indexing_maps = [affine_map<(d) -> (d floordiv 2)>, affine_map<(d) -> (d)>], iterator_types = ["parallel"]}
      ins(%x : tensor<4xf32>) outs(%e : tensor<8xf32>) {
  ^bb0(%a: f32, %out: f32):
    linalg.yield %a : f32
  } -> tensor<8xf32>
  exec.yield %0 : tensor<8xf32>
}

// -----

exec.kernel @reduction(%x: tensor<4xf32>, %start: tensor<f32>) -> (tensor<f32>) rows = [] in_place = [] {
  // expected-error@+1 {{a reduction must yield one associative operation on its output argument}}
  %0 = linalg.generic {indexing_maps = [affine_map<(d) -> (d)>, affine_map<(d) -> ()>], iterator_types = ["reduction"]}
      ins(%x : tensor<4xf32>) outs(%start : tensor<f32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.subf %a, %out : f32
    linalg.yield %s : f32
  } -> tensor<f32>
  exec.yield %0 : tensor<f32>
}

// -----

// A sum over rows cannot be read before the last one.
exec.kernel @incomplete(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>) rows = [4] in_place = [] {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8xf32>
  %e2 = tensor.empty() : tensor<4x8xf32>
  %start = linalg.fill ins(%zero : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(n, d) -> (n, d)>, affine_map<(n, d) -> (d)>], iterator_types = ["reduction", "parallel"]}
      ins(%x : tensor<4x8xf32>) outs(%start : tensor<8xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.addf %out, %a : f32
    linalg.yield %s : f32
  } -> tensor<8xf32>
  // expected-error@+1 {{reads a value that is complete only after the last row}}
  %1 = linalg.generic {indexing_maps = [affine_map<(n, d) -> (d)>, affine_map<(n, d) -> (n, d)>], iterator_types = ["parallel", "parallel"]}
      ins(%0 : tensor<8xf32>) outs(%e2 : tensor<4x8xf32>) {
  ^bb0(%a: f32, %out: f32):
    linalg.yield %a : f32
  } -> tensor<4x8xf32>
  exec.yield %1 : tensor<4x8xf32>
}

// -----

exec.kernel @other_row(%x: tensor<4x4xf32>) -> (tensor<4x4xf32>) rows = [4] in_place = [] {
  %e = tensor.empty() : tensor<4x4xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(n, d) -> (n, d)>, affine_map<(n, d) -> (n, d)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.negf %a : f32
    linalg.yield %s : f32
  } -> tensor<4x4xf32>
  // expected-error@+1 {{reads another row of a value that the kernel computes}}
  %1 = linalg.generic {indexing_maps = [affine_map<(n, d) -> (d, n)>, affine_map<(n, d) -> (n, d)>], iterator_types = ["parallel", "parallel"]}
      ins(%0 : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) {
  ^bb0(%a: f32, %out: f32):
    linalg.yield %a : f32
  } -> tensor<4x4xf32>
  exec.yield %1 : tensor<4x4xf32>
}

// -----

// What lies between two loops of a row must fit the stack.
// expected-error@+1 {{must keep at most 1048576 bytes of a row between its loops, got 1048640}}
exec.kernel @scratch(%x: tensor<2x262160xf32>) -> (tensor<2x262160xf32>) rows = [2] in_place = [] {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x262160xf32>
  %e1 = tensor.empty() : tensor<2xf32>
  %start = linalg.fill ins(%zero : f32) outs(%e1 : tensor<2xf32>) -> tensor<2xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(n, d) -> (n, d)>, affine_map<(n, d) -> (n, d)>],
      iterator_types = ["parallel", "parallel"]} ins(%x : tensor<2x262160xf32>) outs(%e : tensor<2x262160xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = math.exp %a : f32
    linalg.yield %s : f32
  } -> tensor<2x262160xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(n, d) -> (n, d)>, affine_map<(n, d) -> (n)>],
      iterator_types = ["parallel", "reduction"]} ins(%0 : tensor<2x262160xf32>) outs(%start : tensor<2xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.addf %out, %a : f32
    linalg.yield %s : f32
  } -> tensor<2xf32>
  %2 = linalg.generic {indexing_maps = [affine_map<(n, d) -> (n, d)>, affine_map<(n, d) -> (n)>, affine_map<(n, d) -> (n, d)>],
      iterator_types = ["parallel", "parallel"]} ins(%0, %1 : tensor<2x262160xf32>, tensor<2xf32>) outs(%e : tensor<2x262160xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.divf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<2x262160xf32>
  exec.yield %2 : tensor<2x262160xf32>
}

// -----

module attributes {exec.target = #exec.target<cpu, cpu = "native">} {
  module @shardc.functions {
    func.func private @f(memref<4xf32>, memref<4xf32>)
  }
  // expected-error@+1 {{is launched on a GPU, and the program's exec.target is #exec.target<cpu, cpu = "native">}}
  exec.kernel @launched(%x: tensor<4xf32>) -> (tensor<4xf32>) rows = [] in_place = []
      gpu_launches = [#exec.gpu_launch<@shardc.functions::@f, grid = 1, threads = 32, operands = [0, 1]>] {
    exec.yield %x : tensor<4xf32>
  }
}

// -----

module {
  // expected-error@-1 {{has a module @shardc.kernels already}}
  module @shardc.kernels {}
}

// -----

// expected-error@+1 {{there is no CPU named 'pdp-11', expected native or a name of LLVM's such as x86-64-v3}}
module attributes {exec.target = #exec.target<cpu, cpu = "pdp-11">} {}
