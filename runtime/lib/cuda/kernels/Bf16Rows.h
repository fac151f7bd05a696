//===- Bf16Rows.h - Rows of bfloat16 on their way to shared memory ------------------===//
//
// `head` is the number of elements of a head that kernels are compiled for; `dim`, its real size, may be less.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_KERNELS_BF16ROWS_H
#define SHARDRT_LIB_CUDA_KERNELS_BF16ROWS_H

#include "Bf16AttentionTiles.h"
#include "Matrix.h"
#include "TensorCores.h"

namespace shardrt::gpu {

constexpr int head = SHARDRT_HEAD, headSteps = head / 16, rowStride = head + 8;
constexpr int warps = cuda::Bf16AttentionTiles::warps, threads = cuda::Bf16AttentionTiles::threads;

DEVICE int lane() {
  return thread() % 32;
}
DEVICE int warp() {
  return thread() / 32;
}

/// Brings `count` rows to shared memory: they are there after arrive() and a barrier. Rows at and beyond the length,
/// and elements at and beyond the head's size, are zero.
template <int count> DEVICE void copyRows(const Matrix<const Bf16> &matrix, int begin, Bf16 *tile) {
  constexpr int perRow = head / 8, step = threads / perRow;
  int row = thread() / perRow, element = thread() % perRow * 8;
  if (threads % perRow != 0 && row >= step)
    return;
  tile += row * rowStride + element;
  const Bf16 *source = matrix[begin + row] + element;
#pragma unroll
  for (int i = 0; i < count; i += step, tile += step * rowStride, source += Int64(step) * matrix.stride) {
    if (count % step != 0 && i + row >= count)
      return;
    bool exists = begin + i + row < matrix.length && element < matrix.dim;
    if (matrix.aligned()) {
      copyAsync(sharedAddress(tile), exists ? source : matrix.data, exists);
    } else {
#pragma unroll
      for (int e = 0; e < 8; ++e)
        tile[e] = exists && element + e < matrix.dim ? source[e] : 0;
    }
  }
}

} // namespace shardrt::gpu
#endif
