//===- PackParts.h - Wholes as the parts of ranks, one after the other ----------------===//
#ifndef SHARDRT_LIB_CUDA_PACKPARTS_H
#define SHARDRT_LIB_CUDA_PACKPARTS_H

#include "cuda/Kernels.h"

namespace shardrt::cuda {

/// A segment of a collective among `ranks` ranks, by abi.h: a whole is [outer, total], and packed it is [ranks, outer,
/// part], each rank's part with its padding.
struct PackShape {
  int64_t ranks, outer, part, total, elementSize;

  /// Returns whether a whole lies as if it were packed.
  bool isPacked() const { return outer == 1 && total == ranks * part; }
  int64_t packedBytes() const { return ranks * outer * part * elementSize; }
};

// Memory is the GPU's; the two do not overlap. They throw Error (NoDevice) where this runtime was built without the
// kernels.

/// Copies a whole to its packed form; padding becomes zero.
void packParts(KernelLauncher &launcher, const PackShape &shape, const char *whole, char *packed);
/// Copies it back, without padding.
void unpackParts(KernelLauncher &launcher, const PackShape &shape, const char *packed, char *whole);

} // namespace shardrt::cuda
#endif
