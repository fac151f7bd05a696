//===- Memory.h - The one allocation of a process on its GPU ----------------------===//
#ifndef SHARDRT_LIB_CUDA_MEMORY_H
#define SHARDRT_LIB_CUDA_MEMORY_H

#include "cuda/Gpu.h"

namespace shardrt::cuda {

/// Where device memory comes from, if not from the driver.
class DeviceAllocator {
public:
  virtual ~DeviceAllocator() = default;
  /// Throws Error.
  virtual char *allocate(size_t bytes) = 0;
  virtual void release(char *memory) = 0;
};

/// Device memory for all ranks of a process, taken once: for each its arena, and behind it the workspace of its library
/// calls; then constants that they share.
class Memory {
public:
  /// How much of it there is; arena and workspace are one rank's.
  struct Sizes {
    int64_t ranks, arena, workspace, constants;
  };

  /// Asks the driver what is left before it takes anything. Throws Error (NoFit).
  Memory(const Gpu &gpu, const Sizes &sizes, DeviceAllocator *allocator);
  ~Memory();
  Memory(const Memory &) = delete;
  Memory &operator=(const Memory &) = delete;

  /// What belongs to one rank, aligned to 4096 bytes.
  struct Region {
    CUdeviceptr arena, workspace;
  };
  Region getRegion(int64_t rank) const;
  /// Returns room for `bytes` bytes of constants, as long as there is some.
  CUdeviceptr takeConstants(int64_t bytes);

private:
  const Gpu &gpu;
  DeviceAllocator *const allocator; ///< null: the driver
  const Sizes sizes;
  const CUdeviceptr arenaSpan, rankSpan; ///< bytes from an arena to its workspace, and to the next rank's arena
  CUdeviceptr allocation = 0;
  int64_t constantsTaken = 0;

  CUresult allocate(size_t bytes);
};

} // namespace shardrt::cuda
#endif
