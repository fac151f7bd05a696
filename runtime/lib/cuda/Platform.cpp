//===- Platform.cpp - A GPU as what the ranks of a process run on ----------------------===//

#include "program/Platform.h"
#include "cuda/LocalWorld.h"
#include "cuda/Profile.h"
#include "program/Rank.h"

using namespace shardrt;
using namespace shardrt::cuda;

SharedGpu::SharedGpu(const Program &program, const Memory::Sizes &sizes, const PlatformOptions &options)
    : gpu(driver, options.localIndex), nccl(options.usesNccl ? openNccl() : nullptr), capture(gpu),
      sections(gpu, capture, sizes.ranks), modules(gpu, program), ownKernels(gpu), memory(gpu, sizes, nccl.get()) {
  attention.prepare(program.getManifest().gpu->calls);
}

static Memory::Sizes chooseSizes(const Manifest &manifest, int64_t ranks) {
  return {ranks, manifest.arenaBytes, Gemm::workspaceBytes,
          LocalWorld::countConstantBytes(static_cast<int64_t>(manifest.groups.size()), ranks)};
}

namespace {

class CudaPlatform final : public Platform {
public:
  CudaPlatform(const Program &program, const PlatformOptions &options)
      : shared(program, chooseSizes(program.getManifest(), options.ranks), options) {
    for (int64_t index = 0; index < options.ranks; ++index)
      devices.push_back(std::make_unique<RankDevice>(shared, program, index));
    if (options.usesNccl)
      return;
    std::vector<RankDevice *> ofRanks;
    for (const auto &device : devices)
      ofRanks.push_back(device.get());
    world.emplace(shared, std::move(ofRanks));
  }

  Device &getDevice(int64_t index) override { return *devices[static_cast<size_t>(index)]; }
  World *getWorld() override { return world ? &*world : nullptr; }
  std::unique_ptr<World> connect(const Program &program, Bootstrap &bootstrap, Progress &progress,
                                 std::function<void(const Error &)> report) override {
    return shared.nccl->connect(shared, *devices.front(), program, bootstrap, progress, std::move(report));
  }
  std::string describe() const override {
    std::string attention = shared.attention.describe();
    return fmt::format("{} (sm_{}), driver for CUDA {}, cuBLASLt {}, {} MiB of workspace, kernels of the {}{}{}{}{}",
                       shared.gpu.getName(), shared.gpu.getCapability(), formatVersion(shared.driver.getVersion()),
                       shared.products.getVersion(), Gemm::workspaceBytes >> 20, shared.modules.describe(),
                       shared.nccl ? ", " : "", shared.nccl ? shared.nccl->describe() : "",
                       attention.empty() ? "" : "; ", attention);
  }
  void profile(const Program &program, shardrt_rank &rank, const std::string &path) override {
    // A rank that is a process is the only one of its platform.
    RankDevice &device = devices.size() == 1 ? *devices.front() : *devices[static_cast<size_t>(rank.index)];
    Profile found = cuda::profile(shared, device, rank, program);
    if (!path.empty())
      writeProfile(found, describe(), path);
  }

private:
  SharedGpu shared;
  std::vector<std::unique_ptr<RankDevice>> devices;
  std::optional<LocalWorld> world; ///< of several ranks in this process
};

} // namespace

std::unique_ptr<Platform> shardrt::createCudaPlatform(const Program &program, const PlatformOptions &options) {
  return std::make_unique<CudaPlatform>(program, options);
}
