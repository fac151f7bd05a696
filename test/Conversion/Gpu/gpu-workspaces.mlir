// RUN: shard-opt %s --shardc-set-target=kind=cuda --shardc-gpu-workspaces | FileCheck %s

// 600 rows are summed by 288 blocks, each of which leaves 64 float32; without sums nothing is asked for.
// CHECK: exec.launch @columns(%{{.*}}) {workspace = 73728 : i64}
// CHECK: exec.launch @double(%{{.*}}) :
exec.kernel @columns(%x: tensor<600x64xf32>) -> (tensor<64xf32>) rows = [600] in_place = [] {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<64xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<64xf32>) -> tensor<64xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(n, d) -> (n, d)>, affine_map<(n, d) -> (d)>], iterator_types = ["reduction", "parallel"]}
      ins(%x : tensor<600x64xf32>) outs(%f : tensor<64xf32>) {
  ^bb0(%a: f32, %sum: f32):
    %s = arith.addf %sum, %a : f32
    linalg.yield %s : f32
  } -> tensor<64xf32>
  exec.yield %0 : tensor<64xf32>
}
exec.kernel @double(%x: tensor<600x64xf32>) -> (tensor<600x64xf32>) rows = [600] in_place = [] {
  %e = tensor.empty() : tensor<600x64xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(n, d) -> (n, d)>, affine_map<(n, d) -> (n, d)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<600x64xf32>) outs(%e : tensor<600x64xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.addf %a, %a : f32
    linalg.yield %s : f32
  } -> tensor<600x64xf32>
  exec.yield %0 : tensor<600x64xf32>
}
exec.state "x" "" : tensor<600x64xf32> kind "scalar"
exec.section @run repeat = 1 {
  %x = exec.read "x" "" : tensor<600x64xf32>
  %0 = exec.launch @columns(%x) : (tensor<600x64xf32>) -> tensor<64xf32>
  %1 = exec.launch @double(%x) : (tensor<600x64xf32>) -> tensor<600x64xf32>
}
