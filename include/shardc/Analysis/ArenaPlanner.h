//===- ArenaPlanner.h - Offsets for buffers that live for a while ------------------------------===//
//
// Packs buffers into one region so that two share bytes only where one is over before the other begins. Knows nothing
// of IR: a buffer is a size, the position of the task that begins it, and for each stream the first task that comes
// after its end.
//
//=== ------------------------------------------------------------------------------------------===//
#ifndef SHARDC_ANALYSIS_ARENAPLANNER_H
#define SHARDC_ANALYSIS_ARENAPLANNER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <array>
#include <cstdint>

namespace shardc {

/// The most streams that a section may have.
inline constexpr unsigned maxStreams = 4;

struct ArenaBuffer {
  int64_t bytes = 0;   ///< a multiple of the alignment
  unsigned begin = 0;  ///< position of the first task on it
  unsigned end = 0;    ///< position of the last task on it, in list order
  unsigned stream = 0; ///< of the first task
  /// For each stream the position of the first task that begins after the last one on this buffer is over: greater than
  /// `begin` for the streams that there are.
  std::array<unsigned, maxStreams> release{};

  /// Returns true if neither is over before the other begins.
  bool conflictsWith(const ArenaBuffer &other) const {
    return begin <= other.begin ? other.begin < release[other.stream] : begin < other.release[stream];
  }
};

struct ArenaPlan {
  llvm::SmallVector<int64_t, 0> offsets; ///< one for each buffer
  int64_t bytes = 0;                     ///< the end of the last one
  /// The heaviest set found of buffers that conflict pairwise: no plan needs less.
  int64_t lowerBound = 0;
};

/// Places `buffers`: several orders of first fit, the best of them. The same buffers get the same plan.
ArenaPlan planArena(llvm::ArrayRef<ArenaBuffer> buffers);

} // namespace shardc

#endif // SHARDC_ANALYSIS_ARENAPLANNER_H
