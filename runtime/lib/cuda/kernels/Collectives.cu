//===- Collectives.cu - Collectives of ranks whose arenas are in one GPU ---------===//
//
// `arenas` has the address of each rank's arena, in the order of the group. A rank reads from its peers' arenas and
// writes to its own; what comes before and after a launch is up to the streams.
//
//===------------------------------------------------------------------------===//

#include "CollectivesTiles.h"
#include "Primitives.h"

using namespace shardrt::gpu;
using Tiles = shardrt::cuda::CollectivesTiles;

/// What lies in the GPU's memory and is known so, unlike what a pointer from a table points to otherwise.
#define GLOBAL __attribute__((address_space(1)))

/// Copies a whole of [rows, total] units to `target` from parts of `part` columns. A peer's part begins `send` units
/// from its arena, and `peerStep` more for each peer before it; its rows are `rowStep` units apart. The part of rank
/// `own` is left out.
template <typename Unit>
static DEVICE void gather(const Int64 *arenas, Unit *target, Int64 send, Int64 rows, Int64 total, Int64 part,
                          Int64 peerStep, Int64 rowStep, Int64 own) {
  constexpr int count = Tiles::gathered / Tiles::threads;
  Int64 units = rows * total, begin = Int64(block()) * Tiles::gathered + thread();
  Unit values[count];
  bool copies[count];
#pragma unroll
  for (int i = 0; i < count; ++i) {
    Int64 unit = begin + i * Tiles::threads;
    copies[i] = unit < units;
    if (!copies[i])
      continue;
    Int64 row = unit / total, column = unit - row * total, peer = column / part;
    copies[i] = peer != own;
    if (copies[i])
      values[i] = (reinterpret_cast<const GLOBAL Unit *>(arenas[peer]) +
                   send)[peer * peerStep + row * rowStep + column - peer * part];
  }
#pragma unroll
  for (int i = 0; i < count; ++i)
    if (copies[i])
      target[begin + i * Tiles::threads] = values[i];
}

#define GATHER(bytes, Unit)                                                                                            \
  KERNEL(Tiles::threads, 4)                                                                                            \
  gather_##bytes(const Int64 *__restrict arenas, Unit *target, Int64 send, Int64 rows, Int64 total, Int64 part,        \
                 Int64 peerStep, Int64 rowStep, Int64 own) {                                                           \
    gather(arenas, target, send, rows, total, part, peerStep, rowStep, own);                                           \
  }

typedef unsigned Word4 __attribute__((ext_vector_type(4)));
GATHER(16, Word4)
GATHER(4, unsigned)
GATHER(2, unsigned short)

namespace {

/// bfloat16 as it lies in memory; sums of it are float32.
struct BFloat16 {
  unsigned short bits;
};
template <typename T> struct SumOf {
  using type = T;
};
template <> struct SumOf<BFloat16> {
  using type = float;
};

/// `n` elements that one instruction loads or stores.
template <typename T, int n> struct alignas(sizeof(T) * n) Pack {
  T values[n];
};

} // namespace

template <typename T> static DEVICE typename SumOf<T>::type widen(T value) {
  return value;
}
static DEVICE float widen(BFloat16 value) {
  return __builtin_bit_cast(float, unsigned(value.bits) << 16);
}
template <typename T> static DEVICE T narrow(typename SumOf<T>::type sum) {
  if constexpr (__is_same(T, BFloat16))
    return {__builtin_bit_cast(unsigned short, static_cast<__bf16>(sum))}; // rounded to nearest even
  else
    return sum;
}

template <typename T, int n> static DEVICE Pack<T, n> load(const GLOBAL T *from) {
  if constexpr (sizeof(T) * n == Tiles::unitBytes)
    return __builtin_bit_cast(Pack<T, n>, *reinterpret_cast<const GLOBAL Word4 *>(from));
  else
    return {*from};
}
template <typename T, int n> static DEVICE void store(T *to, Pack<T, n> values) {
  if constexpr (sizeof(T) * n == Tiles::unitBytes)
    *reinterpret_cast<Word4 *>(to) = __builtin_bit_cast(Word4, values);
  else
    *to = values.values[0];
}

/// What is no number stays so in a maximum.
template <bool isMaximum, typename Sum> static DEVICE Sum combine(Sum a, Sum b) {
  if constexpr (isMaximum)
    return a != a || a > b ? a : b;
  else
    return a + b;
}

/// Writes the sum or maximum over the ranks, in their order, of [rows, valid] elements to `target`, whose rows of
/// `columns` elements are zero beyond `valid`. The elements begin `send` elements from a rank's arena, in rows
/// `sendStep` apart.
template <typename T, int n, bool isMaximum>
static DEVICE void reduce(const Int64 *arenas, Int64 ranks, T *target, Int64 send, Int64 rows, Int64 valid,
                          Int64 columns, Int64 sendStep) {
  Int64 at = (Int64(block()) * Tiles::threads + thread()) * n;
  if (at >= rows * columns)
    return;
  Int64 row = at / columns, column = at - row * columns;
  Pack<T, n> result = {};
  if (column < valid) {
    Int64 from = send + row * sendStep + column;
    typename SumOf<T>::type sums[n];
    Pack<T, n> first = load<T, n>(reinterpret_cast<const GLOBAL T *>(arenas[0]) + from);
#pragma unroll
    for (int i = 0; i < n; ++i)
      sums[i] = widen(first.values[i]);
#pragma unroll 4
    for (Int64 rank = 1; rank < ranks; ++rank) {
      Pack<T, n> next = load<T, n>(reinterpret_cast<const GLOBAL T *>(arenas[rank]) + from);
#pragma unroll
      for (int i = 0; i < n; ++i)
        sums[i] = combine<isMaximum>(sums[i], widen(next.values[i]));
    }
#pragma unroll
    for (int i = 0; i < n; ++i)
      result.values[i] = narrow<T>(sums[i]);
  }
  store<T, n>(target + at, result);
}

#define REDUCE(name, T, n, isMaximum)                                                                                  \
  KERNEL(Tiles::threads, 4)                                                                                            \
  name(const Int64 *__restrict arenas, Int64 ranks, T *target, Int64 send, Int64 rows, Int64 valid, Int64 columns,     \
       Int64 sendStep) {                                                                                               \
    reduce<T, n, isMaximum>(arenas, ranks, target, send, rows, valid, columns, sendStep);                              \
  }
/// Packed where all sizes and offsets are multiples of 16 bytes, single elements otherwise.
#define REDUCTIONS(type, T)                                                                                            \
  REDUCE(sum_##type, T, Tiles::unitBytes / sizeof(T), false)                                                           \
  REDUCE(sum_##type##_single, T, 1, false)                                                                             \
  REDUCE(max_##type, T, Tiles::unitBytes / sizeof(T), true)                                                            \
  REDUCE(max_##type##_single, T, 1, true)

REDUCTIONS(float32, float)
REDUCTIONS(float64, double)
REDUCTIONS(int32, int)
REDUCTIONS(bfloat16, BFloat16)
