//===- PackParts.cu - Wholes as the parts of ranks, one after the other ---------------===//
//
// A whole is [rows, total], and the parts are [ranks, rows, part]: rank r's has the columns [r * part, (r + 1) * part)
// of the whole, and what lies beyond `total` is padding.
//
//===--------------------------------------------------------------------------------===//

#include "PackPartsTiles.h"
#include "Primitives.h"

using namespace shardrt::gpu;
using Tiles = shardrt::cuda::PackPartsTiles;

/// Calls `move(unit of the parts, unit of the whole, whether the whole has it)` for the units that are this thread's.
template <typename Move> static DEVICE void forEachUnit(Int64 ranks, Int64 rows, Int64 part, Int64 total, Move move) {
  Int64 units = ranks * rows * part;
#pragma unroll
  for (int i = 0; i < Tiles::units; ++i) {
    Int64 unit = (Int64(block()) * Tiles::units + i) * Tiles::threads + thread();
    if (unit >= units)
      return;
    Int64 line = unit / part, rank = line / rows, column = rank * part + (unit - line * part);
    move(unit, (line - rank * rows) * total + column, column < total);
  }
}

typedef unsigned short Half;
typedef unsigned Word4 __attribute__((ext_vector_type(4)));

/// Padding of the parts becomes zero.
#define PACK(bytes, Unit)                                                                                              \
  KERNEL(Tiles::threads, 4)                                                                                            \
  pack_##bytes(const Unit *__restrict whole, Unit *__restrict parts, Int64 ranks, Int64 rows, Int64 part,              \
               Int64 total) {                                                                                          \
    forEachUnit(ranks, rows, part, total,                                                                              \
                [=](Int64 to, Int64 from, bool isValid) { parts[to] = isValid ? whole[from] : Unit(0); });             \
  }                                                                                                                    \
  KERNEL(Tiles::threads, 4)                                                                                            \
  unpack_##bytes(const Unit *__restrict parts, Unit *__restrict whole, Int64 ranks, Int64 rows, Int64 part,            \
                 Int64 total) {                                                                                        \
    forEachUnit(ranks, rows, part, total, [=](Int64 from, Int64 to, bool isValid) {                                    \
      if (isValid)                                                                                                     \
        whole[to] = parts[from];                                                                                       \
    });                                                                                                                \
  }

PACK(16, Word4)
PACK(4, unsigned)
PACK(2, Half)
