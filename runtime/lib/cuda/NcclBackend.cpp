//===- NcclBackend.cpp - What a platform asks of NCCL -------------------------------===//

#include "cuda/NcclBackend.h"
#include "cuda/NcclWorld.h"

using namespace shardrt;
using namespace shardrt::cuda;

namespace {

class OpenedNccl final : public NcclBackend {
public:
  std::string describe() const override { return nccl.describe(); }
  char *allocate(size_t bytes) override {
    void *memory = nullptr;
    if (ncclResult_t result = nccl.memAlloc(&memory, bytes); result != ncclSuccess)
      fail(Exit::NoFit, "allocating {} bytes for collectives: NCCL says {}", bytes, nccl.explain(result, nullptr));
    return static_cast<char *>(memory);
  }
  void release(char *memory) override { nccl.memFree(memory); }
  std::unique_ptr<World> connect(SharedGpu &shared, RankDevice &device, const Program &program, Bootstrap &bootstrap,
                                 Progress &progress, std::function<void(const Error &)> report) override {
    return std::make_unique<NcclWorld>(nccl, shared, device, program, bootstrap, progress, std::move(report));
  }

private:
  Nccl nccl;
};

} // namespace

std::unique_ptr<NcclBackend> cuda::openNccl() {
  return std::make_unique<OpenedNccl>();
}
