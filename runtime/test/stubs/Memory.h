//===- Memory.h - The GPU's memory, which the host's code cannot touch ------------------===//
#ifndef SHARDRT_TEST_STUBS_MEMORY_H
#define SHARDRT_TEST_STUBS_MEMORY_H

#include "ptx/Machine.h"

#include <cuda.h>
#include <vector>

namespace shardrt::stub {

/// Returns memory that is filled with nonsense and closed, or null where the GPU has no more.
char *allocate(size_t bytes);
/// Returns false where `memory` is no allocation.
bool release(char *memory);
/// Bytes that the GPU has left.
size_t countLeft();
/// All allocations, for kernels.
std::vector<ptx::Memory> listAllocations();

/// Page-locked memory of the host's.
void *allocateHost(size_t bytes);
bool releaseHost(void *memory);
bool isHostMemory(const void *address, size_t bytes);

/// The GPU's memory is open as long as one of these lives: while work runs.
class Opened {
public:
  Opened();
  ~Opened();
};

} // namespace shardrt::stub
#endif
