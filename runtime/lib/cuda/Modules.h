//===- Modules.h - The kernels of a program on a GPU -------------------------------===//
#ifndef SHARDRT_LIB_CUDA_MODULES_H
#define SHARDRT_LIB_CUDA_MODULES_H

#include "cuda/Gpu.h"
#include "program/Program.h"

#include <span>

namespace shardrt::cuda {

/// The image of a program that fits the GPU, loaded, and its functions.
class Modules {
public:
  /// Loads the binary for this GPU where the program has one that the driver takes, else its PTX, which the driver
  /// compiles. Throws Error (NoDevice) where no image is for this GPU or it cannot be loaded, BadInput where it lacks a
  /// function of the manifest.
  Modules(const Gpu &gpu, const Program &program);
  ~Modules();
  Modules(const Modules &) = delete;
  Modules &operator=(const Modules &) = delete;

  /// Launches function `function` of the manifest on `stream`; every argument takes 8 bytes. Throws Error.
  void launch(int32_t function, std::span<const uint64_t> arguments, CUstream stream) const;
  /// Returns which image was loaded, and why not a better one where there is one: "cubin for sm_90".
  const std::string &describe() const { return description; }

private:
  const Gpu &gpu;
  const std::vector<GpuFunction> &functions;
  CUmodule module = nullptr;
  std::vector<CUfunction> handles; ///< by function
  std::string description;

  void load(const Program &program, const std::vector<const GpuImage *> &images);
};

/// Returns the images that run on a GPU of compute capability `capability`, the best first: binaries before PTX, and of
/// each the one for the nearest architecture. A binary runs on its own generation, from its architecture on, PTX on all
/// from there on.
std::vector<const GpuImage *> chooseImages(const std::vector<GpuImage> &images, int capability);

} // namespace shardrt::cuda
#endif
