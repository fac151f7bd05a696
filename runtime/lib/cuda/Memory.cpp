//===- Memory.cpp - The one allocation of a process on its GPU ---------------------===//

#include "cuda/Memory.h"
#include "Manifest.h"

using namespace shardrt;
using namespace shardrt::cuda;

static constexpr CUdeviceptr alignment = 4096;

static CUdeviceptr align(CUdeviceptr address) {
  return (address + alignment - 1) / alignment * alignment;
}

Memory::Memory(const Gpu &gpu, int64_t ranks, int64_t arenaBytes, int64_t workspaceBytes)
    : gpu(gpu), arenaSpan(align(static_cast<CUdeviceptr>(arenaBytes))),
      rankSpan(arenaSpan + align(static_cast<CUdeviceptr>(workspaceBytes))) {
  size_t left = 0, total = 0;
  gpu.driver.check(gpu.driver.memGetInfo(&left, &total), "asking {} for its memory", gpu.getName());
  size_t needed = 0;
  bool overflows = __builtin_mul_overflow(static_cast<size_t>(ranks), rankSpan, &needed) ||
                   __builtin_add_overflow(needed, alignment, &needed);
  CUresult result = overflows || needed > left ? CUDA_ERROR_OUT_OF_MEMORY : gpu.driver.memAlloc(&allocation, needed);
  if (result == CUDA_ERROR_OUT_OF_MEMORY)
    fail(Exit::NoFit, "{} of {} each for the arena and {} of workspace will not fit: {} has {} left of {}",
         ranks == 1 ? "1 rank" : fmt::format("{} ranks", ranks), formatBytes(arenaBytes), formatBytes(workspaceBytes),
         gpu.getName(), formatBytes(static_cast<int64_t>(left)), formatBytes(static_cast<int64_t>(total)));
  gpu.driver.check(result, "allocating {} bytes on {}", needed, gpu.getName());
}

Memory::~Memory() {
  gpu.driver.memFree(allocation);
}

Memory::Region Memory::getRegion(int64_t rank) const {
  CUdeviceptr arena = align(allocation) + static_cast<CUdeviceptr>(rank) * rankSpan;
  return {arena, arena + arenaSpan};
}
