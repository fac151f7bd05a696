//===- Modules.cpp - The kernels of a program on a GPU ------------------------------===//

#include "cuda/Modules.h"

using namespace shardrt;
using namespace shardrt::cuda;

/// Returns whether `image` runs on a GPU of `capability`. Code for sm_90a has what only that generation has: it runs on no
/// other.
static bool fits(const GpuImage &image, int capability) {
  if (image.isSpecific)
    return image.capability == capability;
  return image.capability <= capability && (image.isPtx || image.capability / 10 == capability / 10);
}

const GpuImage *cuda::chooseImage(const std::vector<GpuImage> &images, int capability) {
  const GpuImage *best = nullptr;
  for (const GpuImage &image : images)
    if (fits(image, capability) &&
        (!best || std::pair(!image.isPtx, image.capability) > std::pair(!best->isPtx, best->capability)))
      best = &image;
  return best;
}

static std::string listArchitectures(const std::vector<GpuImage> &images) {
  std::string list;
  for (const GpuImage &image : images)
    list += fmt::format("{}{} ({})", list.empty() ? "" : ", ", image.architecture, image.isPtx ? "ptx" : "cubin");
  return list;
}

Modules::Modules(const Gpu &gpu, const Program &program) : gpu(gpu), functions(program.getManifest().gpu->functions) {
  const std::vector<GpuImage> &images = program.getManifest().gpu->images;
  const GpuImage *image = chooseImage(images, gpu.getCapability());
  if (!image)
    fail(Exit::NoDevice, "{} is of architecture sm_{}, the program has code for {}: compile it with --gpu-arch=sm_{}",
         gpu.getName(), gpu.getCapability(), listArchitectures(images), gpu.getCapability());
  load(*image, program.getImage(*image));
  for (const GpuFunction &function : functions) {
    CUfunction &handle = handles.emplace_back();
    CUresult result = gpu.driver.moduleGetFunction(&handle, module, function.name.c_str());
    if (result != CUDA_SUCCESS)
      fail(Exit::BadInput, "the program's code for {} has no function \"{}\": {}", image->architecture, function.name,
           gpu.driver.explain(result));
  }
}

Modules::~Modules() {
  gpu.driver.moduleUnload(module);
}

void Modules::load(const GpuImage &image, const char *data) {
  char log[4096] = {};
  CUjit_option options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
  void *values[] = {log, reinterpret_cast<void *>(sizeof log - 1)};
  CUresult result = gpu.driver.moduleLoadDataEx(&module, data, std::size(options), options, values);
  if (result != CUDA_SUCCESS && log[0])
    fmt::print(stderr, "{}\n", log);
  gpu.driver.check(result, "loading the program's {} for {} on {}", image.isPtx ? "ptx" : "cubin", image.architecture,
                   gpu.getName());
}

void Modules::launch(int32_t function, std::span<const uint64_t> arguments, CUstream stream) const {
  if (function < 0 || function >= static_cast<int32_t>(functions.size()))
    fail(Exit::BadInput, "a section launches function {}, the program has {}", function, functions.size());
  const GpuFunction &launched = functions[static_cast<size_t>(function)];
  std::vector<void *> addresses;
  addresses.reserve(arguments.size());
  for (const uint64_t &argument : arguments)
    addresses.push_back(const_cast<uint64_t *>(&argument));
  gpu.driver.check(gpu.driver.launchKernel(handles[static_cast<size_t>(function)], static_cast<unsigned>(launched.grid), 1, 1,
                                           static_cast<unsigned>(launched.threads), 1, 1, 0, stream, addresses.data(), nullptr),
                   "launching {} of {} blocks of {} threads", launched.name, launched.grid, launched.threads);
}
