//===- Memory.cpp - The one allocation of a process on its GPU ---------------------===//

#include "cuda/Memory.h"
#include "program/Manifest.h"

#include <algorithm>

using namespace shardrt;
using namespace shardrt::cuda;

static constexpr CUdeviceptr alignment = 4096;

static CUdeviceptr align(CUdeviceptr address) {
  return (address + alignment - 1) / alignment * alignment;
}

static CUdeviceptr align(int64_t bytes) {
  return align(static_cast<CUdeviceptr>(bytes));
}

/// What is left free for what the driver and the libraries take later: kernels that are loaded when they are first
/// used, graphs, NCCL's buffers.
static size_t chooseReserve(size_t total) {
  return std::min(total / 64, size_t(1) << 30);
}

CUresult Memory::allocate(size_t bytes) {
  if (!allocator)
    return gpu.driver.memAlloc(&allocation, bytes);
  allocation = reinterpret_cast<CUdeviceptr>(allocator->allocate(bytes));
  return CUDA_SUCCESS;
}

Memory::Memory(const Gpu &gpu, const Sizes &sizes, DeviceAllocator *allocator)
    : gpu(gpu), allocator(allocator), sizes(sizes), arenaSpan(align(sizes.arena)),
      rankSpan(arenaSpan + align(sizes.workspace)) {
  size_t left = 0, total = 0;
  gpu.driver.check(gpu.driver.memGetInfo(&left, &total), "asking {} for its memory", gpu.getName());
  size_t needed = 0;
  bool overflows = __builtin_mul_overflow(static_cast<size_t>(sizes.ranks), rankSpan, &needed) ||
                   __builtin_add_overflow(needed, align(sizes.constants) + alignment, &needed);
  CUresult result =
      overflows || needed > left - std::min(left, chooseReserve(total)) ? CUDA_ERROR_OUT_OF_MEMORY : allocate(needed);
  if (result == CUDA_ERROR_OUT_OF_MEMORY)
    fail(Exit::NoFit,
         "{} will not fit: {} ({} of arena and {} of workspace for each) are needed, {} has {} left of {}, of "
         "which libraries take up to {}",
         sizes.ranks == 1 ? "1 rank" : fmt::format("{} ranks", sizes.ranks),
         overflows ? "more than can be counted" : formatBytes(static_cast<int64_t>(needed)), formatBytes(sizes.arena),
         formatBytes(sizes.workspace), gpu.getName(), formatBytes(static_cast<int64_t>(left)),
         formatBytes(static_cast<int64_t>(total)), formatBytes(static_cast<int64_t>(chooseReserve(total))));
  gpu.driver.check(result, "allocating {} bytes on {}", needed, gpu.getName());
}

Memory::~Memory() {
  if (allocator)
    allocator->release(reinterpret_cast<char *>(allocation));
  else
    gpu.driver.memFree(allocation);
}

Memory::Region Memory::getRegion(int64_t rank) const {
  CUdeviceptr arena = align(allocation) + static_cast<CUdeviceptr>(rank) * rankSpan;
  return {arena, arena + arenaSpan};
}

CUdeviceptr Memory::takeConstants(int64_t bytes) {
  if (bytes > sizes.constants - constantsTaken)
    fail(Exit::NoFit, "{} bytes of constants will not fit beside {}: there is room for {}", bytes, constantsTaken,
         sizes.constants);
  CUdeviceptr taken = getRegion(sizes.ranks).arena + static_cast<CUdeviceptr>(constantsTaken);
  constantsTaken += bytes;
  return taken;
}
