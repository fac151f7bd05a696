//===- Kernels.h - The CPU's library calls --------------------------------------===//
//
// One instance for float, one for double, and one for bfloat16 where abi.h has it; abi.h says what each computes.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CPU_KERNELS_H
#define SHARDRT_LIB_CPU_KERNELS_H

#include "program/BFloat16.h"
#include "program/LibraryTasks.h"

namespace shardrt::cpu {

/// What a call returns that the CPU does not have: those of programs for GPUs.
inline constexpr int32_t notOfTheCpu = -1;

// Each runs a call; returns 0, or notOfTheCpu.
#define TASK(Task) int32_t run(const Task &task);
SHARDRT_LIBRARY_TASKS(TASK)
#undef TASK

/// Calls `body` with a value of the C++ type that `dtype` names, float32 or float64.
template <typename Body> void dispatchWide(shardrt_dtype dtype, Body body) {
  if (dtype == SHARDRT_F64)
    body(double());
  else
    body(float());
}

/// The same, or bfloat16.
template <typename Body> void dispatch(shardrt_dtype dtype, Body body) {
  if (dtype == SHARDRT_BF16)
    body(BFloat16());
  else
    dispatchWide(dtype, body);
}

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

} // namespace shardrt::cpu
#endif
