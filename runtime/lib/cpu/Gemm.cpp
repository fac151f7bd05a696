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
