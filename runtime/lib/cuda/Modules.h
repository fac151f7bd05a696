//===- Modules.h - The kernels of a program on a GPU -------------------------------===//
#ifndef SHARDRT_LIB_CUDA_MODULES_H
#define SHARDRT_LIB_CUDA_MODULES_H

#include "Program.h"
#include "cuda/Gpu.h"

#include <span>

namespace shardrt::cuda {

/// The image of a program that fits the GPU, loaded, and its functions.
class Modules {
public:
  /// Loads the binary for this GPU where the program has one, else its PTX, which the driver compiles. Throws Error (NoDevice)
  /// where no image is for this GPU or it cannot be loaded, BadInput where it lacks a function of the manifest.
  Modules(const Gpu &gpu, const Program &program);
  ~Modules();
  Modules(const Modules &) = delete;
  Modules &operator=(const Modules &) = delete;

  /// Launches function `function` of the manifest on `stream`; every argument takes 8 bytes. Throws Error.
  void launch(int32_t function, std::span<const uint64_t> arguments, CUstream stream) const;

private:
  const Gpu &gpu;
  const std::vector<GpuFunction> &functions;
  CUmodule module = nullptr;
  std::vector<CUfunction> handles; ///< by function

  void load(const GpuImage &image, const char *data);
};

/// Returns the image that runs on a GPU of compute capability `capability`, or null: the binary for the nearest architecture of
/// the same generation, else the PTX for the nearest one that is not newer.
const GpuImage *chooseImage(const std::vector<GpuImage> &images, int capability);

} // namespace shardrt::cuda
#endif
