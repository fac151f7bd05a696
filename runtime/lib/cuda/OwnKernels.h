//===- OwnKernels.h - The runtime's own kernels on a GPU ---------------------------===//
#ifndef SHARDRT_LIB_CUDA_OWNKERNELS_H
#define SHARDRT_LIB_CUDA_OWNKERNELS_H

#include "cuda/Gpu.h"
#include "cuda/Kernels.h"

#include <map>

namespace shardrt::cuda {

/// Launches kernels of the runtime. An image is loaded when it is first needed, which may be while a section is
/// recorded.
class OwnKernels {
public:
  explicit OwnKernels(const Gpu &gpu) : gpu(gpu) {}
  ~OwnKernels();
  OwnKernels(const OwnKernels &) = delete;
  OwnKernels &operator=(const OwnKernels &) = delete;

  /// Throws Error (NoDevice), also where the runtime was built without the kernel.
  void launch(const KernelLaunch &launch, CUstream stream);

private:
  const Gpu &gpu;
  std::map<std::string, CUmodule> modules;
  std::map<std::string, CUfunction> functions;

  CUfunction find(const KernelLaunch &launch);
  CUmodule load(const KernelLaunch &launch);
};

} // namespace shardrt::cuda
#endif
