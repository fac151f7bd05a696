//===- Collectives.h - Collectives of ranks whose arenas are in one GPU ----------===//
//
// Kernels that read the arenas of a group's ranks and write to that of one of them. Who waits for whom is up to the
// caller: what a rank reads must have been written, and stays as it is until all have read it. Segments are those of
// abi.h, padding rule and all; sums are taken in rank order, those of bfloat16 in float32 and rounded once.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_COLLECTIVES_H
#define SHARDRT_LIB_CUDA_COLLECTIVES_H

#include "cuda/Kernels.h"

namespace shardrt::cuda {

/// A group as one of its ranks sees it.
struct ArenaGroup {
  const void *arenas; ///< in the GPU's memory: int64 addresses of the ranks' arenas, in the order of the group
  int64_t size, position;
};

// Each runs on all segments of `desc` and writes to `arena`, that of the rank at `group.position`. The offsets of a
// segment are the same on all ranks. They throw Error (NoDevice) where this runtime was built without the kernels.

void allGather(KernelLauncher &launcher, const ArenaGroup &group, const shardrt_collective_desc &desc, char *arena);
void reduceScatter(KernelLauncher &launcher, const ArenaGroup &group, const shardrt_collective_desc &desc, char *arena);

// An all-reduce is these two, with all ranks between them: each reduces its slice of a segment, then takes those of the
// others. Only the rank that reduces a slice reads it in the sources, so source and destination may be the same.

void reduceSlices(KernelLauncher &launcher, const ArenaGroup &group, const shardrt_collective_desc &desc, char *arena);
void gatherSlices(KernelLauncher &launcher, const ArenaGroup &group, const shardrt_collective_desc &desc, char *arena);

} // namespace shardrt::cuda
#endif
