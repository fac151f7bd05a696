// RUN: shard-opt %s --shardc-set-target --shardc-sections-to-llvm --split-input-file | FileCheck %s

exec.state "x" : tensor<4x8xf32> kind activations offset = 64
exec.state "w"[#dist.part<value>] : tensor<8x8xf32> kind parameters offset = 256

exec.kernel @scale(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>) rows = [4] in_place = [0, 0] {
  %t = dist.coordinate over ["tp"]
  %e = tensor.empty() : tensor<4x8xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(n, d) -> (n, d)>, affine_map<(n, d) -> (n, d)>],
      iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %out: f32):
    %i = arith.index_cast %t : index to i32
    %f = arith.sitofp %i : i32 to f32
    %s = arith.mulf %a, %f : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  exec.yield %0 : tensor<4x8xf32>
}

// CHECK-DAG: llvm.mlir.global private constant @[[$TABLE:.*]](dense<[1.000000e+00, 5.000000e-01]> : tensor<2xf64>)
// One gather and one reduction: source, destination, blocks, part, whole. 10 rows over 4 ranks are parts of 3, and the whole ends
// before the last part does.
// CHECK-DAG: llvm.mlir.global private constant @[[GATHER:.*]](dense<[64, 2048, 1, 24, 80]> : tensor<5xi64>)
// CHECK-DAG: llvm.mlir.global private constant @[[SCATTER:.*]](dense<[64, 4096, 4, 2, 8]> : tensor<5xi64>)
// CHECK-DAG: llvm.mlir.global private constant @[[ALL:.*]](dense<[64, 64, 1, 32, 32]> : tensor<5xi64>)
// CHECK-DAG: llvm.mlir.global private constant @{{.*}}("unit a: unshard\00")
// CHECK-DAG: llvm.func @shardrt_collective(!llvm.ptr, !llvm.ptr) -> i32
// CHECK-DAG: llvm.func hidden @scale(!llvm.ptr, !llvm.ptr, i64, i64, i64)

// CHECK-LABEL: llvm.func internal @shard_section_micro.0(
// CHECK-SAME:    %[[RANK:.*]]: !llvm.ptr, %[[ARENA:.*]]: !llvm.ptr) -> i32
// The group of the kernel's coordinate is asked for at the start.
// CHECK:         %[[TP:.*]] = llvm.call @shardrt_coordinate(%[[RANK]],
// CHECK:         llvm.call @shardrt_gemm(%[[RANK]], %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}})
// CHECK:         %[[OFFSET:.*]] = llvm.mlir.constant(8192 : i64)
// CHECK:         llvm.getelementptr %[[ARENA]][%[[OFFSET]]]
// CHECK:         llvm.call @scale(%{{.*}}, %{{.*}}, %[[TP]], %{{.*}}, %{{.*}})
// CHECK:         llvm.mlir.addressof @[[$TABLE]]
// CHECK:         llvm.call @shardrt_rope_table
// CHECK:         %[[STATUS:.*]] = llvm.call @shardrt_collective
// CHECK:         %[[OK:.*]] = llvm.icmp "eq" %[[STATUS]]
// CHECK:         llvm.cond_br %[[OK]], ^[[NEXT:.*]], ^[[FAILED:.*]]
// CHECK:         ^[[FAILED]]:
// CHECK-NEXT:    llvm.return %[[STATUS]]
// CHECK:         llvm.call @shardrt_copy
// CHECK-LABEL: llvm.func @shard_section_micro(
// CHECK:         llvm.call @shard_section_micro.0
exec.section @micro repeat = 2 {
  %x = exec.read "x" : tensor<4x8xf32>
  %w = exec.read "w"[#dist.part<value>] : tensor<8x8xf32>
  %0 = exec.call "shardrt_gemm"(%x, %w) order <0 on compute> bytes <[8192]> {constants = [], floats = array<f64>, flops = 512 : i64, function_type = !llvm.func<void (ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64, i64)>, integers = array<i64: 4, 8, 8, 0, 1, 0, 0>, workspace = 0 : i64} : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %1 = exec.view %0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %2 = exec.launch @scale(%1) order <1 on compute> bytes <[64]> : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %p = exec.view %x : (tensor<4x8xf32>) -> tensor<4xi32>
  %3:2 = exec.call "shardrt_rope_table"(%p) order <2 on compute> bytes <[1024, 1152]> {constants = [dense<[1.0, 0.5]> : tensor<2xf64>], floats = array<f64>, flops = 0 : i64, function_type = !llvm.func<void (ptr, ptr, ptr, ptr, ptr, i64, i64, i64)>, integers = array<i64: 4, 2, 0>, workspace = 0 : i64} : (tensor<4xi32>) -> (tensor<4x2xf32>, tensor<4x2xf32>)
  %part = exec.view %2 : (tensor<4x8xf32>) -> tensor<3x8xf32>
  %4 = exec.collective all_gather(%part) over ["dp", "tp"] cause "unit a: unshard" order <3 on compute> bytes <[2048]> {dims = array<i64: 0>, group_size = 4 : i64, index = 0 : i64} : (tensor<3x8xf32>) -> tensor<10x8xf32>
  %5 = exec.collective reduce_scatter(%2) by sum over ["tp"] cause "unit a: sum" order <4 on compute> bytes <[4096]> {dims = array<i64: 1>, group_size = 4 : i64, index = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x2xf32>
  %6 = exec.collective all_reduce(%2) by max over ["tp"] cause "unit a: sum" order <5 on compute> bytes <[64]> {dims = array<i64: -1>, group_size = 4 : i64, index = 2 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %7 = exec.copy(%6) order <6 on compute> bytes <[8192]> : (tensor<4x8xf32>) -> tensor<4x8xf32>
  exec.write %6, "x" : tensor<4x8xf32>
}

// -----

// An empty section returns at once.
// CHECK-LABEL:     llvm.func @shard_section_empty(
// CHECK-NEXT:      llvm.mlir.constant(0 : i32)
// CHECK-NEXT:      llvm.return
exec.section @empty repeat = 1 {
}
