//===- Staging.h - Copies between the host's memory and the GPU's --------------------===//
#ifndef SHARDRT_LIB_CUDA_STAGING_H
#define SHARDRT_LIB_CUDA_STAGING_H

#include "cuda/Gpu.h"

namespace shardrt::cuda {

/// Page-locked memory through which all copies go, so that they run in the order of a stream and the host does not wait
/// for those to the GPU: it waits where the memory is full, and for copies from the GPU.
class Staging {
public:
  static constexpr int64_t bytes = int64_t(8) << 20;

  /// `stream` orders the copies. Throws Error (NoFit).
  Staging(const Gpu &gpu, CUstream stream);
  ~Staging();
  Staging(const Staging &) = delete;
  Staging &operator=(const Staging &) = delete;

  void store(CUdeviceptr memory, const char *host, int64_t count);
  void fetch(char *host, CUdeviceptr memory, int64_t count);

private:
  const Gpu &gpu;
  CUstream stream;
  char *memory = nullptr;
  int64_t used = 0; ///< bytes from the start that copies under way may read

  void synchronize();
};

} // namespace shardrt::cuda
#endif
