//===- AttentionDelta.h - What the derivative of attention needs of each query -----------===//
#ifndef SHARDRT_LIB_CUDA_KERNELS_ATTENTIONDELTA_H
#define SHARDRT_LIB_CUDA_KERNELS_ATTENTIONDELTA_H

#include "AttentionBlock.h"

namespace shardrt::gpu {

/// What exp2 takes away from a score: lse to base 2, or infinity for a query that sees nothing, whose weights are zero.
DEVICE float shiftOf(float lse) {
  return lse == -infinity ? infinity : lse * log2OfE;
}

/// Adds the products of 16 bytes of `a` and of `b`.
DEVICE void addProducts(float &sum, const float *a, const float *b) {
  Vector<4> x = *reinterpret_cast<const Vector<4> *>(a), y = *reinterpret_cast<const Vector<4> *>(b);
  sum += x[0] * y[0] + x[1] * y[1] + x[2] * y[2] + x[3] * y[3];
}
DEVICE void addProducts(float &sum, const Bf16 *a, const Bf16 *b) {
  Words<4> x = *reinterpret_cast<const Words<4> *>(a), y = *reinterpret_cast<const Words<4> *>(b);
#pragma unroll
  for (int i = 0; i < 4; ++i)
    sum += firstOf(x[i]) * firstOf(y[i]) + secondOf(x[i]) * secondOf(y[i]);
}

/// delta [batch, heads, qLen], of each query and head the sum of dout * out; `perRow` threads for each.
template <int threads, int perRow, typename T>
DEVICE void sumDelta(const T *dout, const T *out, float *delta, Int64 all, Int64 qLen, Int64 heads, Int64 dim) {
  constexpr int width = 16 / sizeof(T);
  Int64 row = Int64(block()) * (threads / perRow) + thread() / perRow;
  int column = thread() % perRow;
  float sum = 0;
  if (row < all) {
    const T *a = dout + row * dim, *b = out + row * dim;
    if (dim % width == 0) {
      for (int e = column * width; e < dim; e += perRow * width)
        addProducts(sum, a + e, b + e);
    } else {
      for (int e = column; e < dim; e += perRow)
        sum += toFloat(a[e]) * toFloat(b[e]);
    }
  }
#pragma unroll
  for (int bits = perRow / 2; bits > 0; bits /= 2)
    sum += exchange(sum, bits);
  if (row < all && column == 0)
    delta[(row / (heads * qLen) * heads + row % heads) * qLen + row / heads % qLen] = sum;
}

/// What the gradient needs of the `count` queries of a thread.
template <int count> struct QueryNumbers {
  float shift[count], delta[count];

  /// `rowOf` tells of the thread's i-th query its row in the block's tile; a query beyond the last is taken for that.
  template <typename RowOf>
  DEVICE QueryNumbers(const QueryBlock &block, const float *lse, const float *deltas, RowOf rowOf) {
#pragma unroll
    for (int i = 0; i < count; ++i) {
      int row = min(block.begin + rowOf(i), int(block.shape.qLen) - 1);
      shift[i] = shiftOf(block.perQuery(lse)[row]);
      delta[i] = block.perQuery(deltas)[row];
    }
  }
};

} // namespace shardrt::gpu
#endif
