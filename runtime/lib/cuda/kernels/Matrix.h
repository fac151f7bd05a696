//===- Matrix.h - The rows of a head in memory ----------------------------------===//
#ifndef SHARDRT_LIB_CUDA_KERNELS_MATRIX_H
#define SHARDRT_LIB_CUDA_KERNELS_MATRIX_H

#include "Primitives.h"

namespace shardrt::gpu {

/// The rows of one head of one sample in memory, which lie `stride` elements apart.
template <typename T> struct Matrix {
  T *data;
  int stride, length, dim;

  DEVICE Matrix(T *all, Int64 sample, Int64 whichHead, Int64 heads, Int64 length, Int64 dim)
      : data(all + (sample * length * heads + whichHead) * dim), stride(int(heads * dim)), length(int(length)),
        dim(int(dim)) {}

  DEVICE T *operator[](int row) const { return data + Int64(row) * stride; }
  /// Whether rows are multiples of 16 bytes.
  DEVICE bool aligned() const { return dim % int(16 / sizeof(T)) == 0; }
};

} // namespace shardrt::gpu
#endif
