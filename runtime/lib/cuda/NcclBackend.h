//===- NcclBackend.h - What a platform asks of NCCL ---------------------------------===//
//
// NCCL's header is not everywhere where CUDA's are: nothing of it stands here.
//
//===------------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_NCCLBACKEND_H
#define SHARDRT_LIB_CUDA_NCCLBACKEND_H

#include "cuda/Memory.h"
#include "program/Platform.h"

#include <memory>

namespace shardrt::cuda {

struct SharedGpu;
class RankDevice;

/// NCCL, opened. Arenas come from it, so that it may read and write them where they lie.
class NcclBackend : public DeviceAllocator {
public:
  /// Returns its version and settings, for the banner.
  virtual std::string describe() const = 0;
  /// Connects the one rank of this process with all others; see Platform::connect.
  virtual std::unique_ptr<World> connect(SharedGpu &shared, RankDevice &device, const Program &program,
                                         Bootstrap &bootstrap, Progress &progress,
                                         std::function<void(const Error &)> report) = 0;
};

/// Throws Error (NoDevice) where NCCL is missing or too old, or this runtime was built without its header.
std::unique_ptr<NcclBackend> openNccl();

} // namespace shardrt::cuda
#endif
