//===- Modules.cpp - The kernels of a program on a GPU ------------------------------===//

#include "cuda/Modules.h"

#include <algorithm>
#include <tuple>

using namespace shardrt;
using namespace shardrt::cuda;

/// Returns whether `image` runs on a GPU of `capability`. Code for sm_90a has what only that architecture has, code for
/// sm_100f what its family has.
static bool fits(const GpuImage &image, int capability) {
  if (image.variant == 'a')
    return image.capability == capability;
  bool staysInGeneration = !image.isPtx || image.variant == 'f';
  return image.capability <= capability && (!staysInGeneration || image.capability / 10 == capability / 10);
}

std::vector<const GpuImage *> cuda::chooseImages(const std::vector<GpuImage> &images, int capability) {
  std::vector<const GpuImage *> chosen;
  for (const GpuImage &image : images)
    if (fits(image, capability))
      chosen.push_back(&image);
  auto rank = [](const GpuImage *image) { return std::tuple(!image->isPtx, image->capability, image->variant); };
  std::sort(chosen.begin(), chosen.end(), [&](auto *a, auto *b) { return rank(a) > rank(b); });
  return chosen;
}

static std::string nameOf(const GpuImage &image) {
  return fmt::format("{} for {}", image.isPtx ? "PTX" : "cubin", image.architecture);
}

static std::string listArchitectures(const std::vector<GpuImage> &images) {
  std::string list;
  for (const GpuImage &image : images)
    list += fmt::format("{}{} ({})", list.empty() ? "" : ", ", image.architecture, image.isPtx ? "ptx" : "cubin");
  return list;
}

Modules::Modules(const Gpu &gpu, const Program &program) : gpu(gpu), functions(program.getManifest().gpu->functions) {
  const std::vector<GpuImage> &images = program.getManifest().gpu->images;
  std::vector<const GpuImage *> fitting = chooseImages(images, gpu.getCapability());
  if (fitting.empty())
    fail(Exit::NoDevice, "{} is of architecture sm_{}, the program has code for {}: compile it with --gpu-arch=sm_{}",
         gpu.getName(), gpu.getCapability(), listArchitectures(images), gpu.getCapability());
  load(program, fitting);
  for (const GpuFunction &function : functions) {
    CUfunction &handle = handles.emplace_back();
    CUresult result = gpu.driver.moduleGetFunction(&handle, module, function.name.c_str());
    if (result != CUDA_SUCCESS)
      fail(Exit::BadInput, "the program's {} has no function \"{}\": {}", description, function.name,
           gpu.driver.explain(result));
  }
}

Modules::~Modules() {
  gpu.driver.moduleUnload(module);
}

/// Returns whether a driver says so of a binary that it cannot run, as of one that a newer toolkit has made.
static bool isRefusal(CUresult result) {
  return result == CUDA_ERROR_NO_BINARY_FOR_GPU || result == CUDA_ERROR_INVALID_IMAGE ||
         result == CUDA_ERROR_UNSUPPORTED_PTX_VERSION;
}

void Modules::load(const Program &program, const std::vector<const GpuImage *> &images) {
  std::string refused;
  for (const GpuImage *image : images) {
    char log[4096] = {};
    CUjit_option options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
    void *values[] = {log, reinterpret_cast<void *>(sizeof log - 1)};
    CUresult result =
        gpu.driver.moduleLoadDataEx(&module, program.getImage(*image), std::size(options), options, values);
    if (!image->isPtx && image != images.back() && isRefusal(result)) {
      refused += fmt::format(", as the driver refuses its {}: {}", nameOf(*image), gpu.driver.explain(result));
      continue;
    }
    if (result != CUDA_SUCCESS && log[0])
      fmt::print(stderr, "{}\n", log);
    gpu.driver.check(result, "loading the program's {} on {}{}", nameOf(*image), gpu.getName(), refused);
    description = nameOf(*image) + refused;
    return;
  }
}

void Modules::launch(int32_t function, std::span<const uint64_t> arguments, CUstream stream) const {
  if (function < 0 || function >= static_cast<int32_t>(functions.size()))
    fail(Exit::BadInput, "a section launches function {}, the program has {}", function, functions.size());
  const GpuFunction &launched = functions[static_cast<size_t>(function)];
  if (static_cast<int64_t>(arguments.size()) != launched.arguments)
    fail(Exit::BadInput, "a section launches {} with {} arguments, the manifest says {}: the program file is damaged",
         launched.name, arguments.size(), launched.arguments);
  std::vector<void *> addresses;
  addresses.reserve(arguments.size());
  for (const uint64_t &argument : arguments)
    addresses.push_back(const_cast<uint64_t *>(&argument));
  gpu.driver.check(gpu.driver.launchKernel(handles[static_cast<size_t>(function)], static_cast<unsigned>(launched.grid),
                                           1, 1, static_cast<unsigned>(launched.threads), 1, 1, 0, stream,
                                           addresses.data(), nullptr),
                   "launching {} of {} blocks of {} threads", launched.name, launched.grid, launched.threads);
}
