//===- OwnKernels.cpp - The runtime's own kernels on a GPU -------------------------===//

#include "cuda/OwnKernels.h"

using namespace shardrt;
using namespace shardrt::cuda;

/// Shared memory that a block may have without asking for more.
static constexpr int32_t usualSharedBytes = 48 << 10;

OwnKernels::~OwnKernels() {
  for (const auto &[name, module] : modules)
    gpu.driver.moduleUnload(module);
}

CUmodule OwnKernels::load(const KernelLaunch &launch) {
  auto [at, isNew] = modules.try_emplace(launch.image, nullptr);
  if (!isNew)
    return at->second;
  const char *ptx = findKernelImage(launch.image);
  CUresult result = ptx ? gpu.driver.moduleLoadDataEx(&at->second, ptx, 0, nullptr, nullptr) : CUDA_SUCCESS;
  if (!at->second)
    modules.erase(at);
  if (!ptx)
    fail(Exit::NoDevice,
         "the program needs the runtime's kernel {}, this shard-run was built without: build it where clang++ is",
         launch.function);
  gpu.driver.check(result, "loading the runtime's kernels {} on {}", launch.image, gpu.getName());
  return modules.at(launch.image);
}

CUfunction OwnKernels::find(const KernelLaunch &launch) {
  CUfunction &function = functions[launch.image + "." + launch.function];
  if (function)
    return function;
  CUmodule module = load(launch);
  gpu.driver.check(gpu.driver.moduleGetFunction(&function, module, launch.function), "looking for kernel {}",
                   launch.function);
  if (launch.sharedBytes > usualSharedBytes)
    gpu.driver.check(
        gpu.driver.funcSetAttribute(function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, launch.sharedBytes),
        "asking {} for {} bytes of shared memory for {}", gpu.getName(), launch.sharedBytes, launch.function);
  return function;
}

void OwnKernels::launch(const KernelLaunch &launch, CUstream stream) {
  std::vector<void *> addresses;
  for (const uint64_t &argument : launch.arguments)
    addresses.push_back(const_cast<uint64_t *>(&argument));
  gpu.driver.check(gpu.driver.launchKernel(
                       find(launch), static_cast<unsigned>(launch.blocks), 1, 1, static_cast<unsigned>(launch.threads),
                       1, 1, static_cast<unsigned>(launch.sharedBytes), stream, addresses.data(), nullptr),
                   "launching {} of {} blocks of {} threads", launch.function, launch.blocks, launch.threads);
}
