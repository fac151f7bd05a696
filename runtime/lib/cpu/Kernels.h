//===- Kernels.h - The CPU's library calls --------------------------------------===//
//
// One instance for float, one for double, and one for bfloat16 where abi.h has it; abi.h and Device.h say what each
// computes.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CPU_KERNELS_H
#define SHARDRT_LIB_CPU_KERNELS_H

#include "program/BFloat16.h"
#include "program/Device.h"

namespace shardrt::cpu {

/// c = alpha * op(a) * op(b) + beta * c on row-major matrices, whose rows lie lda, ldb and ldc elements apart.
template <typename T>
void gemm(bool transposeA, bool transposeB, int64_t m, int64_t n, int64_t k, T alpha, const T *a, int64_t lda,
          const T *b, int64_t ldb, T beta, T *c, int64_t ldc);

/// c = op(a) * op(b) on dense matrices of bfloat16, by blocks in float32; c is of float or BFloat16.
template <typename Result>
void gemm(bool transposeA, bool transposeB, int64_t m, int64_t n, int64_t k, const BFloat16 *a, const BFloat16 *b,
          Result *c);

/// data[i] = exp(data[i] - shift); exp(-infinity) is 0. Returns the sum, taken in double.
template <typename T> double expShifted(T *data, int64_t count, T shift);

/// Returns the largest of `count` numbers, minus infinity of none; what is no number does not count.
template <typename T> T largest(const T *data, int64_t count);

template <typename T> void attention(const AttentionTensors &tensors, const AttentionShape &shape);
template <> void attention<BFloat16>(const AttentionTensors &tensors, const AttentionShape &shape);

template <typename T>
void attentionGrad(const AttentionTensors &tensors, const AttentionGradients &gradients, const AttentionShape &shape);
template <>
void attentionGrad<BFloat16>(const AttentionTensors &tensors, const AttentionGradients &gradients,
                             const AttentionShape &shape);

template <typename T>
void ropeTable(const int32_t *positions, const double *frequencies, T *cosines, T *sines, int64_t rows, int64_t half);

template <typename T>
void embeddingGrad(const T *dout, const int32_t *indices, Wide<T> *dweight, int64_t rows, int64_t vocabulary,
                   int64_t width);

} // namespace shardrt::cpu
#endif
