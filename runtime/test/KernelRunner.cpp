//===- KernelRunner.cpp - Where the runtime's GPU kernels run in tests ---------------===//
//
// The tests' main is here, because it reads --gpu.
//
//===----------------------------------------------------------------------------------===//

#include "KernelRunner.h"
#include "program/Error.h"
#include "ptx/Machine.h"

#include <cstring>
#include <gtest/gtest.h>
#include <map>
#include <string_view>

using namespace shardrt;

static bool onGpu = false;

bool shardrt::runsOnGpu() {
  return onGpu;
}

void KernelRunner::launch(const cuda::KernelLaunch &launch) {
  instructions += run(launch);
  ++launches;
}

namespace {

class MachineRunner final : public KernelRunner {
public:
  void call(const std::function<void(const Translate &, CUstream_st *)> &) override {
    fail(Exit::NoDevice, "libraries run on a GPU alone");
  }

private:
  int64_t run(const cuda::KernelLaunch &launch) override {
    static std::map<std::string, std::unique_ptr<ptx::Module>> modules;
    std::unique_ptr<ptx::Module> &module = modules[launch.image];
    if (!module)
      module = ptx::parse(cuda::findKernelImage(launch.image));
    ptx::Launch run;
    run.kernel = launch.function;
    run.grid[0] = static_cast<uint32_t>(launch.blocks);
    run.block[0] = static_cast<uint32_t>(launch.threads);
    run.dynamicSharedBytes = static_cast<uint32_t>(launch.sharedBytes);
    for (uint64_t argument : launch.arguments)
      std::memcpy(run.params.emplace_back(8).data(), &argument, 8);
    std::vector<ptx::Memory> memory;
    for (const Array &array : arrays)
      memory.push_back({array.data, array.bytes, array.writable, "array " + std::to_string(memory.size())});
    return ptx::run(*module, run, memory).instructions;
  }
};

} // namespace

std::unique_ptr<KernelRunner> shardrt::createKernelRunner() {
  if (onGpu)
    return createGpuRunner();
  return std::make_unique<MachineRunner>();
}

int main(int count, char **arguments) {
  ::testing::InitGoogleTest(&count, arguments);
  for (int i = 1; i < count; ++i)
    onGpu |= std::string_view(arguments[i]) == "--gpu";
  return RUN_ALL_TESTS();
}
