//===- Bf16AttentionTile.h - Tiles of attention in bfloat16 and their products ----------===//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_KERNELS_BF16ATTENTIONTILE_H
#define SHARDRT_LIB_CUDA_KERNELS_BF16ATTENTIONTILE_H

#include "AttentionMask.h"
#include "Bf16Rows.h"

namespace shardrt::gpu {

/// Where this lane's row lies of the 16 x 16 elements at the begin of a tile, for loadMatrices() of a left operand, and
/// for loadTransposed() of a right one.
DEVICE unsigned downFirst(const Bf16 *tile) {
  return sharedAddress(tile + lane() % 16 * rowStride + lane() / 16 * 8);
}
/// The same for loadMatrices() of a right operand, whose rows are the product's columns.
DEVICE unsigned rightFirst(const Bf16 *tile) {
  return sharedAddress(tile + (lane() % 8 + lane() / 16 * 8) * rowStride + lane() / 8 % 2 * 8);
}

/// The bytes between operands that follow one another in a row, and between those in a column.
constexpr unsigned nextRight = 2 * 16, nextDown = 2 * 16 * rowStride;

/// Rows of queries or keys as left operands, `tiles` times 16 of a warp.
template <int tiles> struct InRegisters {
  Operand operands[tiles][headSteps];

  DEVICE void load(const Bf16 *tile) {
    unsigned rows = downFirst(tile + warp() * 16 * tiles * rowStride);
#pragma unroll
    for (int i = 0; i < tiles; ++i)
#pragma unroll
      for (int step = 0; step < headSteps; ++step)
        loadMatrices(operands[i][step], rows + i * nextDown + step * nextRight);
  }
  DEVICE void get(Operand &operand, int i, int step) const {
#pragma unroll
    for (int e = 0; e < 4; ++e)
      operand[e] = operands[i][step][e];
  }
};

/// The same rows, which stay in shared memory.
template <int tiles> struct InShared {
  unsigned rows;

  DEVICE void load(const Bf16 *tile) { rows = downFirst(tile + warp() * 16 * tiles * rowStride); }
  DEVICE void get(Operand &operand, int i, int step) const {
    loadMatrices(operand, rows + i * nextDown + step * nextRight);
  }
};

template <bool first, typename A, typename B> struct Choice {
  using type = A;
};
template <typename A, typename B> struct Choice<false, A, B> {
  using type = B;
};

/// A warp's sums: `tiles` times 16 rows, and `columns` columns.
template <int tiles, int columns> struct Block {
  Sums sums[tiles][columns / 8];

  DEVICE void clear() {
#pragma unroll
    for (int i = 0; i < tiles; ++i)
#pragma unroll
      for (int j = 0; j < columns / 8; ++j)
#pragma unroll
        for (int e = 0; e < 4; ++e)
          sums[i][j][e] = 0;
  }

  /// The products of the rows of `left` and the rows of `tile`.
  template <typename Left> DEVICE void multiply(const Left &left, const Bf16 *tile) {
    clear();
    unsigned rows = rightFirst(tile);
#pragma unroll
    for (int step = 0; step < headSteps; ++step) {
      Operand a[tiles];
#pragma unroll
      for (int i = 0; i < tiles; ++i)
        left.get(a[i], i, step);
#pragma unroll
      for (int j = 0; j < columns / 16; ++j) {
        Operand b;
        loadMatrices(b, rows + j * nextDown + step * nextRight);
#pragma unroll
        for (int i = 0; i < tiles; ++i) {
          multiplyAdd(sums[i][2 * j], a[i], b[0], b[1]);
          multiplyAdd(sums[i][2 * j + 1], a[i], b[2], b[3]);
        }
      }
    }
  }

  /// Adds the product of `weights`, rounded, and `tile`, a row of which each weight's column has.
  template <int steps> DEVICE void accumulate(const Block<tiles, steps> &weights, const Bf16 *tile) {
    static_assert(columns == head);
    unsigned rows = downFirst(tile);
#pragma unroll
    for (int step = 0; step < steps / 16; ++step) {
      Operand a[tiles];
#pragma unroll
      for (int i = 0; i < tiles; ++i)
#pragma unroll
        for (int e = 0; e < 4; ++e) {
          const Sums &from = weights.sums[i][2 * step + e / 2];
          a[i][e] = pack(from[e % 2 * 2], from[e % 2 * 2 + 1]);
        }
#pragma unroll
      for (int j = 0; j < headSteps; ++j) {
        Operand b;
        loadTransposed(b, rows + step * nextDown + j * nextRight);
#pragma unroll
        for (int i = 0; i < tiles; ++i) {
          multiplyAdd(sums[i][2 * j], a[i], b[0], b[1]);
          multiplyAdd(sums[i][2 * j + 1], a[i], b[2], b[3]);
        }
      }
    }
  }

  /// Calls `body` with each of the thread's sums, a reference, the number of its row among the thread's and its column;
  /// one column after the other.
  template <typename Body> DEVICE void forEach(Body body) {
#pragma unroll
    for (int j = 0; j < columns / 8; ++j)
#pragma unroll
      for (int side = 0; side < 2; ++side)
#pragma unroll
        for (int i = 0; i < 2 * tiles; ++i)
          body(sums[i / 2][j][i % 2 * 2 + side], i, 8 * j + lane() % 4 * 2 + side);
  }

  /// Replaces each of the thread's sums by what `body` makes of it and of that in `other`, from the row and column as
  /// above.
  template <typename Body> DEVICE void combine(const Block &other, Body body) {
#pragma unroll
    for (int j = 0; j < columns / 8; ++j)
#pragma unroll
      for (int side = 0; side < 2; ++side)
#pragma unroll
        for (int i = 0; i < 2 * tiles; ++i) {
          float &mine = sums[i / 2][j][i % 2 * 2 + side];
          mine = body(mine, other.sums[i / 2][j][i % 2 * 2 + side], i, 8 * j + lane() % 4 * 2 + side);
        }
  }
};

/// The row of a tile that is the thread's `i`th of 2 * tiles.
template <int tiles> DEVICE int rowOf(int i) {
  return (warp() * tiles + i / 2) * 16 + i % 2 * 8 + lane() / 4;
}

/// Sets what is not seen to `value`. The tile at `at` goes by the rows from `begin` on, which have `positions`.
template <typename Tiles, int tiles, int columns>
DEVICE void hide(Block<tiles, columns> &scores, float value, const Tiles &passing, int at, const Positions &positions,
                 int begin) {
  scores.forEach([&](float &score, int i, int column) {
    if (!passing.sees(positions[begin + rowOf<tiles>(i)], at + column))
      score = value;
  });
}

/// Writes the rows from `begin` on, rounded, as far as the matrix goes.
template <int tiles> DEVICE void store(const Matrix<Bf16> &matrix, int begin, const Block<tiles, head> &block) {
#pragma unroll
  for (int i = 0; i < 2 * tiles; ++i) {
    int row = begin + rowOf<tiles>(i);
    if (row >= matrix.length)
      return;
    Bf16 *target = matrix[row] + lane() % 4 * 2;
#pragma unroll
    for (int j = 0; j < head / 8; ++j) {
      const Sums &sums = block.sums[i / 2][j];
      unsigned pair = pack(sums[i % 2 * 2], sums[i % 2 * 2 + 1]);
      int element = 8 * j + lane() % 4 * 2;
      if (matrix.dim % 2 == 0 && element < matrix.dim) {
        *reinterpret_cast<unsigned *>(target + 8 * j) = pair;
      } else {
        if (element < matrix.dim)
          target[8 * j] = Bf16(pair);
        if (element + 1 < matrix.dim)
          target[8 * j + 1] = Bf16(pair >> 16);
      }
    }
  }
}

} // namespace shardrt::gpu
#endif
