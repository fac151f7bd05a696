//===- Platform.cpp - A GPU as what the ranks of a process run on ----------------------===//

#include "Platform.h"
#include "Rank.h"
#include "cuda/LocalWorld.h"
#include "cuda/Profile.h"

using namespace shardrt;
using namespace shardrt::cuda;

SharedGpu::SharedGpu(const Program &program, const Memory::Sizes &sizes)
    : gpu(driver), capture(gpu), sections(gpu, capture, sizes.ranks), modules(gpu, program), ownKernels(gpu),
      memory(gpu, sizes) {}

static Memory::Sizes chooseSizes(const Manifest &manifest, int64_t ranks) {
  return {ranks, manifest.arenaBytes, Gemm::workspaceBytes,
          LocalWorld::countConstantBytes(static_cast<int64_t>(manifest.groups.size()), ranks)};
}

namespace {

class CudaPlatform final : public Platform {
public:
  CudaPlatform(const Program &program, int64_t ranks) : shared(program, chooseSizes(program.getManifest(), ranks)) {
    for (int64_t index = 0; index < ranks; ++index)
      devices.push_back(std::make_unique<RankDevice>(shared, program.getManifest(), index));
    std::vector<RankDevice *> ofRanks;
    for (const auto &device : devices)
      ofRanks.push_back(device.get());
    world.emplace(shared, std::move(ofRanks));
  }

  Device &getDevice(int64_t index) override { return *devices[static_cast<size_t>(index)]; }
  World *getWorld() override { return &*world; }
  std::string describe() const override {
    return fmt::format("{} (sm_{}), driver for CUDA {}, cuBLASLt {}, {} MiB of workspace, kernels of the {}",
                       shared.gpu.getName(), shared.gpu.getCapability(), formatVersion(shared.driver.getVersion()),
                       shared.products.getVersion(), Gemm::workspaceBytes >> 20, shared.modules.describe());
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
  std::optional<LocalWorld> world;
};

} // namespace

std::unique_ptr<Platform> shardrt::createCudaPlatform(const Program &program, int64_t ranks) {
  return std::make_unique<CudaPlatform>(program, ranks);
}
