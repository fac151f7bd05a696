//===- Gemm.cpp - Matrix products by OpenBLAS ------------------------------------===//

#include "cpu/Kernels.h"

#include <algorithm>
#include <cblas.h>

using namespace shardrt;

static CBLAS_TRANSPOSE flag(bool transpose) {
  return transpose ? CblasTrans : CblasNoTrans;
}

/// BLAS wants leading dimensions of at least 1, also of empty matrices.
static blasint size(int64_t value) {
  return static_cast<blasint>(value);
}
static blasint stride(int64_t value) {
  return static_cast<blasint>(std::max<int64_t>(value, 1));
}

template <>
void cpu::gemm<float>(bool transposeA, bool transposeB, int64_t m, int64_t n, int64_t k, float alpha, const float *a,
                      int64_t lda, const float *b, int64_t ldb, float beta, float *c, int64_t ldc) {
  cblas_sgemm(CblasRowMajor, flag(transposeA), flag(transposeB), size(m), size(n), size(k), alpha, a, stride(lda), b,
              stride(ldb), beta, c, stride(ldc));
}

template <>
void cpu::gemm<double>(bool transposeA, bool transposeB, int64_t m, int64_t n, int64_t k, double alpha, const double *a,
                       int64_t lda, const double *b, int64_t ldb, double beta, double *c, int64_t ldc) {
  cblas_dgemm(CblasRowMajor, flag(transposeA), flag(transposeB), size(m), size(n), size(k), alpha, a, stride(lda), b,
              stride(ldb), beta, c, stride(ldc));
}

namespace {
/// A block of a matrix, at most this many rows and columns.
constexpr int64_t blockRows = 64, blockColumns = 64, blockDepth = 256;
} // namespace

/// Writes `rows` x `columns` elements of a matrix with `stride` columns to a dense block.
static void widen(const BFloat16 *from, int64_t stride, int64_t rows, int64_t columns, float *block) {
  for (int64_t i = 0; i < rows; ++i)
    std::copy_n(from + i * stride, columns, block + i * columns);
}

template <typename Result>
void cpu::gemm(bool transposeA, bool transposeB, int64_t m, int64_t n, int64_t k, const BFloat16 *a, const BFloat16 *b,
               Result *c) {
  float left[blockRows * blockDepth], right[blockDepth * blockColumns], sums[blockRows * blockColumns];
  for (int64_t i = 0; i < m; i += blockRows)
    for (int64_t j = 0; j < n; j += blockColumns) {
      int64_t rows = std::min(blockRows, m - i), columns = std::min(blockColumns, n - j);
      std::fill_n(sums, rows * columns, 0.0f);
      for (int64_t x = 0; x < k; x += blockDepth) {
        int64_t depth = std::min(blockDepth, k - x);
        if (transposeA)
          widen(a + x * m + i, m, depth, rows, left);
        else
          widen(a + i * k + x, k, rows, depth, left);
        if (transposeB)
          widen(b + j * k + x, k, columns, depth, right);
        else
          widen(b + x * n + j, n, depth, columns, right);
        gemm<float>(transposeA, transposeB, rows, columns, depth, 1, left, transposeA ? rows : depth, right,
                    transposeB ? depth : columns, 1, sums, columns);
      }
      for (int64_t row = 0; row < rows; ++row)
        for (int64_t column = 0; column < columns; ++column)
          c[(i + row) * n + j + column] = Result(sums[row * columns + column]);
    }
}

template void cpu::gemm(bool, bool, int64_t, int64_t, int64_t, const BFloat16 *, const BFloat16 *, float *);
template void cpu::gemm(bool, bool, int64_t, int64_t, int64_t, const BFloat16 *, const BFloat16 *, BFloat16 *);

template <typename Result> static void multiplyNarrow(const GemmTask &task) {
  const GemmShape &shape = task.shape;
  cpu::gemm(shape.transposeA, shape.transposeB, shape.m, shape.n, shape.k, static_cast<const BFloat16 *>(task.a),
            static_cast<const BFloat16 *>(task.b), static_cast<Result *>(task.c));
}

int32_t cpu::run(const GemmTask &task) {
  const GemmShape &shape = task.shape;
  if (task.terms.any())
    return notOfTheCpu;
  if (shape.dtype == SHARDRT_BF16) {
    shape.resultDtype == SHARDRT_BF16 ? multiplyNarrow<BFloat16>(task) : multiplyNarrow<float>(task);
    return 0;
  }
  dispatchWide(shape.dtype, [&]<typename T>(T) {
    gemm(shape.transposeA, shape.transposeB, shape.m, shape.n, shape.k, T(1), static_cast<const T *>(task.a),
         shape.transposeA ? shape.m : shape.k, static_cast<const T *>(task.b), shape.transposeB ? shape.k : shape.n,
         T(0), static_cast<T *>(task.c), shape.n);
  });
  return 0;
}
