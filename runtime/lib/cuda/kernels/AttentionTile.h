//===- AttentionTile.h - Tiles of attention and their products --------------------===//
//
// `head` is the number of elements of a head that kernels are compiled for; `dim`, its real size, may be less.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_KERNELS_ATTENTIONTILE_H
#define SHARDRT_LIB_CUDA_KERNELS_ATTENTIONTILE_H

#include "AttentionTiles.h"
#include "Matrix.h"

namespace shardrt::gpu {

constexpr cuda::AttentionTiles tiles(SHARDRT_HEAD);
constexpr int head = tiles.head, rows = tiles.rows, columns = tiles.columns, threads = tiles.threads, side = tiles.side;
constexpr int rowsPerThread = tiles.rowsPerThread(), columnsPerThread = tiles.columnsPerThread();
constexpr int elementsPerThread = tiles.elementsPerThread(), rowStride = tiles.rowStride(),
              weightStride = tiles.weightStride();

/// The width in which a thread takes its elements of a row: chunk c of a thread holds those from (column + 16 c) *
/// width on.
constexpr int width = elementsPerThread % 4 == 0   ? 4
                      : elementsPerThread % 2 == 0 ? 2
                                                   : 1,
              chunks = elementsPerThread / width;

/// A value for each row and column, or each row and element, of a thread.
using Scores = float[rowsPerThread][columnsPerThread];
using Rows = float[rowsPerThread][elementsPerThread];

/// The thread's first row, and its first column.
DEVICE int firstRow() {
  return thread() / side * rowsPerThread;
}
DEVICE int firstColumn() {
  return thread() % side;
}

/// `count` rows on their way from memory to shared memory: a thread's part of them, one vector of every `step`th row.
template <int count> struct Fetched {
  static constexpr int perRow = head / 4, step = threads / perRow, perThread = (count + step - 1) / step;
  Vector<4> values[perThread];

  static DEVICE int row() { return thread() / perRow; }
  static DEVICE int element() { return thread() % perRow * 4; }
  /// Whether the thread takes part in the i-th rows.
  static DEVICE bool takes(int i) {
    return (threads % perRow == 0 || row() < step) && (count % step == 0 || row() + i * step < count);
  }

  /// Rows at and beyond the length, and elements at and beyond the head's size, are zero.
  DEVICE void fetch(const Matrix<const float> &matrix, int begin) {
    const float *source = matrix[begin + row()] + element();
    bool vectors = matrix.aligned() && element() < matrix.dim;
#pragma unroll
    for (int i = 0; i < perThread; ++i, source += Int64(step) * matrix.stride) {
      values[i] = 0;
      if (!takes(i) || begin + row() + i * step >= matrix.length)
        continue;
      if (vectors) {
        values[i] = *reinterpret_cast<const Vector<4> *>(source);
      } else {
#pragma unroll
        for (int e = 0; e < 4; ++e)
          if (element() + e < matrix.dim)
            values[i][e] = source[e];
      }
    }
  }
  DEVICE void put(float *tile) const {
#pragma unroll
    for (int i = 0; i < perThread; ++i)
      if (takes(i))
        *reinterpret_cast<Vector<4> *>(tile + (row() + i * step) * rowStride + element()) = values[i];
  }
};

/// Brings rows from memory to shared memory.
template <int count> DEVICE void load(const Matrix<const float> &matrix, int begin, float *tile) {
  Fetched<count> rows;
  rows.fetch(matrix, begin);
  rows.put(tile);
}

/// scores[row][column] = the product of a row of `resident` and a row of `passing`.
DEVICE void multiply(Scores &scores, const float *resident, const float *passing) {
  resident += firstRow() * rowStride;
  passing += firstColumn() * rowStride;
#pragma unroll
  for (int i = 0; i < rowsPerThread; ++i)
#pragma unroll
    for (int j = 0; j < columnsPerThread; ++j)
      scores[i][j] = 0;
#pragma unroll 1
  for (int d = 0; d < head; d += 4) {
    Vector<4> a[rowsPerThread], b[columnsPerThread];
#pragma unroll
    for (int i = 0; i < rowsPerThread; ++i)
      a[i] = *reinterpret_cast<const Vector<4> *>(resident + i * rowStride + d);
#pragma unroll
    for (int j = 0; j < columnsPerThread; ++j)
      b[j] = *reinterpret_cast<const Vector<4> *>(passing + j * side * rowStride + d);
#pragma unroll
    for (int i = 0; i < rowsPerThread; ++i)
#pragma unroll
      for (int j = 0; j < columnsPerThread; ++j)
#pragma unroll
        for (int e = 0; e < 4; ++e)
          scores[i][j] += a[i][e] * b[j][e];
  }
}

/// sums[row] += the sum over columns of a weight times a row of `passing`.
DEVICE void accumulate(Rows &sums, const float *weights, const float *passing) {
  weights += firstRow() * weightStride;
  passing += firstColumn() * width;
#pragma unroll 1
  for (int column = 0; column < columns; column += 4) {
    Vector<4> weight[rowsPerThread];
#pragma unroll
    for (int i = 0; i < rowsPerThread; ++i)
      weight[i] = *reinterpret_cast<const Vector<4> *>(weights + i * weightStride + column);
#pragma unroll
    for (int e = 0; e < 4; ++e)
#pragma unroll
      for (int c = 0; c < chunks; ++c) {
        const float *source = passing + (column + e) * rowStride + c * side * width;
        Vector<width> values = *reinterpret_cast<const Vector<width> *>(source);
        const float *value = reinterpret_cast<const float *>(&values);
#pragma unroll
        for (int i = 0; i < rowsPerThread; ++i)
#pragma unroll
          for (int w = 0; w < width; ++w)
            sums[i][c * width + w] += weight[i][e] * value[w];
      }
  }
}

/// The weight of the thread's row i and column j, where accumulate() finds it.
DEVICE float &weight(float *weights, int i, int j) {
  return weights[(firstRow() + i) * weightStride + firstColumn() + j * side];
}
DEVICE void putWeights(float *weights, const Scores &values) {
#pragma unroll
  for (int i = 0; i < rowsPerThread; ++i)
#pragma unroll
    for (int j = 0; j < columnsPerThread; ++j)
      weight(weights, i, j) = values[i][j];
}

/// Calls `body` with each of the thread's scores, and the numbers of its row and column among the thread's.
template <typename Body> DEVICE void forEach(Scores &scores, Body body) {
#pragma unroll
  for (int i = 0; i < rowsPerThread; ++i)
#pragma unroll
    for (int j = 0; j < columnsPerThread; ++j)
      body(scores[i][j], i, j);
}
/// The column of a tile that is the thread's j-th.
DEVICE int columnOf(int j) {
  return firstColumn() + j * side;
}

DEVICE void clear(Rows &values) {
#pragma unroll
  for (int i = 0; i < rowsPerThread; ++i)
#pragma unroll
    for (int e = 0; e < elementsPerThread; ++e)
      values[i][e] = 0;
}

/// Writes the thread's elements of the rows from `begin` on, as far as the matrix goes.
DEVICE void store(const Matrix<float> &matrix, int begin, const Rows &values) {
#pragma unroll
  for (int i = 0; i < rowsPerThread; ++i) {
    int row = begin + firstRow() + i;
    if (row >= matrix.length)
      return;
#pragma unroll
    for (int c = 0; c < chunks; ++c) {
      int element = (firstColumn() + c * side) * width;
      float *target = matrix[row] + element;
      if (matrix.aligned() && element < matrix.dim) {
        Vector<width> vector;
#pragma unroll
        for (int w = 0; w < width; ++w)
          reinterpret_cast<float *>(&vector)[w] = values[i][c * width + w];
        *reinterpret_cast<Vector<width> *>(target) = vector;
      } else {
#pragma unroll
        for (int w = 0; w < width; ++w)
          if (element + w < matrix.dim)
            target[w] = values[i][c * width + w];
      }
    }
  }
}

} // namespace shardrt::gpu
#endif
