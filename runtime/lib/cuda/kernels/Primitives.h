//===- Primitives.h - What kernels ask of the GPU --------------------------------===//
//
// Kernels are CUDA C++ for clang alone: no header and no library of the CUDA toolkit is used.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_KERNELS_PRIMITIVES_H
#define SHARDRT_LIB_CUDA_KERNELS_PRIMITIVES_H

#define DEVICE __attribute__((device)) __attribute__((always_inline)) inline
/// A kernel whose parameters are pointers and int64 or double numbers, 8 bytes each. `threads` are those of a block, of
/// which a multiprocessor shall hold at least `blocks`: this bounds the registers.
#define KERNEL(threads, blocks) extern "C" __attribute__((global)) __attribute__((launch_bounds(threads, blocks))) void
#define SHARED __attribute__((shared))
/// Shared memory whose size the launch says.
#define DYNAMIC_SHARED extern SHARED __attribute__((aligned(16)))

namespace shardrt::gpu {

using Int64 = long long;

template <int n> struct VectorOf {
  typedef float type __attribute__((ext_vector_type(n)));
};
template <> struct VectorOf<1> {
  using type = float;
};
/// `n` floats that one instruction loads or stores, at an address that is a multiple of their size.
template <int n> using Vector = typename VectorOf<n>::type;

/// The bits of a bfloat16.
using Bf16 = unsigned short;
DEVICE float toFloat(Bf16 x) {
  return __builtin_bit_cast(float, unsigned(x) << 16);
}
DEVICE float toFloat(float x) {
  return x;
}
/// `n` words that one instruction loads; a word holds two bfloat16, the first in its lower half.
template <int n> struct WordsOf {
  typedef unsigned type __attribute__((ext_vector_type(n)));
};
template <int n> using Words = typename WordsOf<n>::type;
DEVICE float firstOf(unsigned word) {
  return __builtin_bit_cast(float, word << 16);
}
DEVICE float secondOf(unsigned word) {
  return __builtin_bit_cast(float, word & 0xffff0000);
}

constexpr float infinity = __builtin_inff();
constexpr float log2OfE = 1.4426950408889634f, logOf2 = 0.6931471805599453f;

DEVICE int thread() {
  return __nvvm_read_ptx_sreg_tid_x();
}
DEVICE int block() {
  return __nvvm_read_ptx_sreg_ctaid_x();
}
/// Waits for all threads of the block; what they wrote to shared memory before is seen after.
DEVICE void barrier() {
  __syncthreads();
}
/// Returns the value of the thread whose lane differs from this one's by `bits`.
DEVICE float exchange(float value, int bits) {
  return __nvvm_shfl_sync_bfly_f32(~0u, value, bits, 31);
}
DEVICE int exchange(int value, int bits) {
  return __nvvm_shfl_sync_bfly_i32(~0u, value, bits, 31);
}
/// Returns the value of the thread `distance` lanes below; lanes under `distance` keep their own.
DEVICE int fromBelow(int value, int distance) {
  return __nvvm_shfl_sync_up_i32(~0u, value, distance, 0);
}
DEVICE float exp2(float x) {
  return __nvvm_ex2_approx_ftz_f(x);
}
DEVICE float log2(float x) {
  return __nvvm_lg2_approx_f(x);
}
/// The greater; what is no number does not count.
DEVICE float max(float a, float b) {
  return __builtin_fmaxf(a, b);
}
DEVICE int max(int a, int b) {
  return a > b ? a : b;
}
DEVICE int min(int a, int b) {
  return a < b ? a : b;
}

} // namespace shardrt::gpu
#endif
