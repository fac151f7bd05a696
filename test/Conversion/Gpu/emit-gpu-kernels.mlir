// RUN: shard-opt %s --shardc-set-target=kind=cuda --shardc-emit-gpu-kernels | FileCheck %s
// RUN: shard-opt %s --shardc-set-target --shardc-emit-gpu-kernels | FileCheck %s --check-prefix=CPU --implicit-check-not=shardc.kernels

// 600 rows are summed by 288 blocks, each of which leaves 64 float32 in the workspace, the operand behind argument and result; a second function adds them up.
// CHECK: exec.kernel @columns(
// CHECK-SAME: gpu_launches = [#exec.gpu_launch<@shardc.kernels::@columns, grid = 288, threads = 16, operands = [0, 1, 2], numbers = [600]>,
// CHECK-SAME:                 #exec.gpu_launch<@shardc.kernels::@columns$finish, grid = 2, threads = 256, operands = [1, 2], numbers = [288]>] {
// Without a sum each block has some rows, which are of one width whatever the tensor's.
// CHECK: exec.kernel @double(
// CHECK-SAME: gpu_launches = [#exec.gpu_launch<@shardc.kernels::@double, grid = 75, threads = 32, operands = [0, 1]>] {
// CHECK: exec.launch @columns(%{{.*}}) {workspace = 73728 : i64}
// CHECK: exec.launch @double(%{{.*}}) :

// CHECK-LABEL: module @shardc.kernels {
// CHECK:         func.func @columns(%{{.*}}: memref<38400xf32>, %{{.*}}: memref<64xf32>, %[[WORKSPACE:.*]]: memref<73728xi8>, %{{.*}}: i64) {
// CHECK-DAG:       nvvm.read.ptx.sreg.ctaid.x
// CHECK-DAG:       memref.view %[[WORKSPACE]]
// CHECK-DAG:       nvvm.read.ptx.sreg.tid.x
// CHECK-DAG:       scf.for
// CHECK:         func.func @columns$finish(%{{.*}}: memref<64xf32>, %{{.*}}: memref<73728xi8>, %{{.*}}: i64) {
// CHECK:           llvm.call_intrinsic "llvm.nvvm.barrier.cta.sync.aligned.all"
// CHECK:         func.func @double(%{{.*}}: memref<38400xf32>, %{{.*}}: memref<38400xf32>) {
// CHECK:           vector.load {{.*}} vector<4xf32>

// A program for the CPU is left as it is.
// CPU: exec.kernel @columns(%{{.*}}: tensor<600x64xf32>) -> (tensor<64xf32>) rows = [600] in_place = [] {
// CPU: exec.launch @columns(%{{.*}}) :
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
exec.state "x" : tensor<600x64xf32> kind scalars
exec.section @run repeat = 1 {
  %x = exec.read "x" : tensor<600x64xf32>
  %0 = exec.launch @columns(%x) : (tensor<600x64xf32>) -> tensor<64xf32>
  %1 = exec.launch @double(%x) : (tensor<600x64xf32>) -> tensor<600x64xf32>
}
