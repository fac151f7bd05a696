//===- Gpu.h - The GPU of a process, and its context-------------------------------===//
#ifndef SHARDRT_LIB_CUDA_GPU_H
#define SHARDRT_LIB_CUDA_GPU_H

#include "cuda/Driver.h"

namespace shardrt::cuda {

/// A GPU of those that this process sees, with its primary context, which the libraries use too.
class Gpu {
public:
  /// Takes GPU `index`, counted round: processes of one machine that see the same GPUs each have another. Makes the
  /// context that of the calling thread. Throws Error (NoDevice) where there is no GPU.
  explicit Gpu(const Driver &driver, int64_t index = 0);
  ~Gpu();
  Gpu(const Gpu &) = delete;
  Gpu &operator=(const Gpu &) = delete;

  const Driver &driver;

  /// Makes the context that of the calling thread, which then may use what belongs to it.
  void makeCurrent() const;
  /// Returns an event that orders work and takes no times; the caller owns it.
  CUevent createEvent() const;
  const std::string &getName() const { return name; }
  /// Returns what tells it from all other GPUs, of any machine.
  CUuuid getUuid() const;
  /// Returns the compute capability, 90 for 9.0.
  int getCapability() const { return capability; }

private:
  CUdevice device = 0;
  CUcontext context = nullptr;
  std::string name;
  int capability = 0;

  int getAttribute(CUdevice_attribute attribute) const;
};

} // namespace shardrt::cuda
#endif
