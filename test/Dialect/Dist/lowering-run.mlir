// What each rank computes: 5 elements over 4 ranks of tp are 2, 2, 1, 0; over tp and then 2 of dp, rank (dp, tp) has element
// 2 tp + dp while there is one.
//
// DEFINE: %{rank} = 0
// DEFINE: %{pipeline} = canonicalize,one-shot-bufferize{bufferize-function-boundaries},buffer-deallocation-pipeline,convert-linalg-to-loops,convert-scf-to-cf,expand-strided-metadata,finalize-memref-to-llvm,convert-func-to-llvm,convert-arith-to-llvm,convert-cf-to-llvm,reconcile-unrealized-casts
// DEFINE: %{run} = shard-opt %s -test-lower-dist=rank=%{rank} | shard-opt --pass-pipeline="builtin.module(%{pipeline})" | mlir-runner -e main -entry-point-result=void -shared-libs=%mlir_runner_utils | FileCheck %s --check-prefix=RANK%{rank}
// RUN: %{run}
// REDEFINE: %{rank} = 1
// RUN: %{run}
// REDEFINE: %{rank} = 2
// RUN: %{run}
// REDEFINE: %{rank} = 3
// RUN: %{run}
// REDEFINE: %{rank} = 5
// RUN: %{run}
// REDEFINE: %{rank} = 6
// RUN: %{run}

dist.mesh ["dp" = 2, "tp" = 4]

func.func private @printMemrefF32(tensor<*xf32>)
func.func private @printMemrefI32(tensor<*xi32>)

!whole = tensor<5xf32>
!partial = tensor<5xf32, #dist.sharding<[[]], partial = ["tp"]>>
!tp = tensor<2xf32, #dist.sharding<[["tp"] : 5]>>
!both = tensor<1xf32, #dist.sharding<[["tp", "dp"] : 5]>>

func.func @print(%x: tensor<?xf32>) {
  %0 = tensor.cast %x : tensor<?xf32> to tensor<*xf32>
  call @printMemrefF32(%0) : (tensor<*xf32>) -> ()
  return
}

func.func @main() {
  %x = arith.constant dense<[1.0, 2.0, 3.0, 4.0, 5.0]> : tensor<5xf32>

  // RANK0: [1,  2]
  // RANK1: [3,  4]
  // RANK2: [5,  0]
  // RANK3: [0,  0]
  // RANK5: [3,  4]
  // RANK6: [5,  0]
  %slice = dist.slice %x over ["tp"] dim = 0 cause "" : (!whole) -> !tp
  %slice_plain = builtin.unrealized_conversion_cast %slice : !tp to tensor<2xf32>
  %slice_any = tensor.cast %slice_plain : tensor<2xf32> to tensor<?xf32>
  call @print(%slice_any) : (tensor<?xf32>) -> ()

  // RANK0: [1]
  // RANK1: [3]
  // RANK2: [5]
  // RANK3: [0]
  // RANK5: [4]
  // RANK6: [0]
  %two = dist.slice %x over ["tp", "dp"] dim = 0 cause "" : (!whole) -> !both
  %two_plain = builtin.unrealized_conversion_cast %two : !both to tensor<1xf32>
  %two_any = tensor.cast %two_plain : tensor<1xf32> to tensor<?xf32>
  call @print(%two_any) : (tensor<?xf32>) -> ()

  // What was padding before is not in the padded sum.
  // RANK0: [7,  8,  0,  0,  0]
  // RANK1: [0,  0,  7,  8,  0]
  // RANK2: [0,  0,  0,  0,  7]
  // RANK3: [0,  0,  0,  0,  0]
  // RANK5: [0,  0,  7,  8,  0]
  // RANK6: [0,  0,  0,  0,  7]
  %y = arith.constant dense<[7.0, 8.0]> : tensor<2xf32>
  %part = builtin.unrealized_conversion_cast %y : tensor<2xf32> to !tp
  %pad = dist.pad %part over ["tp"] dim = 0 cause "" : (!tp) -> !partial
  %pad_plain = builtin.unrealized_conversion_cast %pad : !partial to tensor<5xf32>
  %pad_any = tensor.cast %pad_plain : tensor<5xf32> to tensor<?xf32>
  call @print(%pad_any) : (tensor<?xf32>) -> ()

  // RANK0: [7,  8]
  // RANK1: [7,  8]
  // RANK2: [7,  -1]
  // RANK3: [-1,  -1]
  // RANK5: [7,  8]
  // RANK6: [7,  -1]
  %mask = dist.mask %part dim = 0 neutral = -1.0 : !tp
  %mask_plain = builtin.unrealized_conversion_cast %mask : !tp to tensor<2xf32>
  %mask_any = tensor.cast %mask_plain : tensor<2xf32> to tensor<?xf32>
  call @print(%mask_any) : (tensor<?xf32>) -> ()

  // RANK0: [1,  2,  3,  4,  5]
  // RANK1: [0,  0,  0,  0,  0]
  // RANK2: [0,  0,  0,  0,  0]
  // RANK3: [0,  0,  0,  0,  0]
  // RANK5: [0,  0,  0,  0,  0]
  // RANK6: [0,  0,  0,  0,  0]
  %first = dist.keep_first %x over ["tp"] cause "" : (!whole) -> !partial
  %first_plain = builtin.unrealized_conversion_cast %first : !partial to tensor<5xf32>
  %first_any = tensor.cast %first_plain : tensor<5xf32> to tensor<?xf32>
  call @print(%first_any) : (tensor<?xf32>) -> ()

  // Indices beyond the last and below the first belong to nobody.
  // RANK0: [0,  1,  -1,  -1,  -1,  -1,  -1]
  // RANK1: [-1,  -1,  0,  1,  -1,  -1,  -1]
  // RANK2: [-1,  -1,  -1,  -1,  0,  -1,  -1]
  // RANK3: [-1,  -1,  -1,  -1,  -1,  -1,  -1]
  // RANK5: [-1,  -1,  0,  1,  -1,  -1,  -1]
  // RANK6: [-1,  -1,  -1,  -1,  0,  -1,  -1]
  %indices = arith.constant dense<[0, 1, 2, 3, 4, 5, -1]> : tensor<7xi32>
  %local = dist.local_index %indices over ["tp"] size = 5 : tensor<7xi32>
  %local_any = tensor.cast %local : tensor<7xi32> to tensor<*xi32>
  call @printMemrefI32(%local_any) : (tensor<*xi32>) -> ()
  // RANK0: [0,  -1,  -1,  -1,  -1,  -1,  -1]
  // RANK1: [-1,  -1,  0,  -1,  -1,  -1,  -1]
  // RANK2: [-1,  -1,  -1,  -1,  0,  -1,  -1]
  // RANK3: [-1,  -1,  -1,  -1,  -1,  -1,  -1]
  // RANK5: [-1,  -1,  -1,  0,  -1,  -1,  -1]
  // RANK6: [-1,  -1,  -1,  -1,  -1,  -1,  -1]
  %local2 = dist.local_index %indices over ["tp", "dp"] size = 5 : tensor<7xi32>
  %local2_any = tensor.cast %local2 : tensor<7xi32> to tensor<*xi32>
  call @printMemrefI32(%local2_any) : (tensor<*xi32>) -> ()
  return
}
