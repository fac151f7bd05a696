//===- TensorCores.h - Products of small matrices by a warp ----------------------===//
//
// The lanes of a warp hold a matrix together. With row = lane / 4 and column = 2 * (lane % 4), a 32-bit register of an
// 8 x 8 matrix of bfloat16 has the elements (row, column) and (row, column + 1). An operand of 16 x 16 is four of
// these, down before right; a sum of 16 x 8 has two elements of row `row` and two of row + 8.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_KERNELS_TENSORCORES_H
#define SHARDRT_LIB_CUDA_KERNELS_TENSORCORES_H

#include "Primitives.h"

namespace shardrt::gpu {

/// 16 x 16 elements of a left operand; or two right operands of 16 x 8, side by side.
using Operand = unsigned[4];
/// 16 x 8 sums.
using Sums = float[4];

/// Rounds two numbers to nearest; the first comes to the lower half.
DEVICE unsigned pack(float low, float high) {
  unsigned pair;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
  return pair;
}

/// The address of what lies in shared memory, in 32 bits.
DEVICE unsigned sharedAddress(const void *pointer) {
  return unsigned(reinterpret_cast<unsigned long long>((__attribute__((address_space(3))) const char *)pointer));
}

/// Loads 16 x 16 elements whose rows begin at `rows`: each lane gives the address of eight elements, a row of one of
/// the four matrices.
DEVICE void loadMatrices(Operand &operand, unsigned rows) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(operand[0]), "=r"(operand[1]), "=r"(operand[2]), "=r"(operand[3])
               : "r"(rows)
               : "memory");
}
/// The same with each of the four matrices transposed.
DEVICE void loadTransposed(Operand &operand, unsigned rows) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(operand[0]), "=r"(operand[1]), "=r"(operand[2]), "=r"(operand[3])
               : "r"(rows)
               : "memory");
}

/// sums += left * right, where `right` is 16 x 8 elements.
DEVICE void multiplyAdd(Sums &sums, const Operand &left, unsigned right0, unsigned right1) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, "
      "%3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(left[0]), "r"(left[1]), "r"(left[2]), "r"(left[3]), "r"(right0), "r"(right1));
}

/// Copies 16 bytes to shared memory, or zeros if not `exists`; they are there after arrive() and a barrier.
DEVICE void copyAsync(unsigned to, const void *from, bool exists) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(exists ? 16 : 0) : "memory");
}
/// Waits for all copies that this thread has started.
DEVICE void arrive() {
  asm volatile("cp.async.wait_all;" ::: "memory");
}

} // namespace shardrt::gpu
#endif
