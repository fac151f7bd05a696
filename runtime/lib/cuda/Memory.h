//===- Memory.h - The one allocation of a process on its GPU ----------------------===//
#ifndef SHARDRT_LIB_CUDA_MEMORY_H
#define SHARDRT_LIB_CUDA_MEMORY_H

#include "cuda/Gpu.h"

namespace shardrt::cuda {

/// Device memory for all ranks of a process, taken once: for each its arena, and behind it the workspace of its library calls.
class Memory {
public:
  /// Asks the driver what is left before it takes anything. Throws Error (NoFit).
  Memory(const Gpu &gpu, int64_t ranks, int64_t arenaBytes, int64_t workspaceBytes);
  ~Memory();
  Memory(const Memory &) = delete;
  Memory &operator=(const Memory &) = delete;

  /// What belongs to one rank, aligned to 4096 bytes.
  struct Region {
    CUdeviceptr arena, workspace;
  };
  Region getRegion(int64_t rank) const;

private:
  const Gpu &gpu;
  const CUdeviceptr arenaSpan, rankSpan; ///< bytes from an arena to its workspace, and to the next rank's arena
  CUdeviceptr allocation = 0;
};

} // namespace shardrt::cuda
#endif
