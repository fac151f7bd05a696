//===- CudaCollectives.cpp - Collectives of a GPU, run one at a time ----------------------===//

#include "CudaCollectives.h"
#include "CommunicatorSetups.h"

#include <algorithm>
#include <map>
#include <numeric>

using namespace shardrt;
using namespace shardrt::test;

static const Program &getProgram() {
  static const Program program(std::string(PROGRAMS) + "/cuda-bigram.shard");
  return program;
}

CudaRanks::CudaRanks(int64_t ranks)
    : shared(std::make_unique<cuda::SharedGpu>(getProgram(), cuda::Memory::Sizes{ranks, arenaBytes, 0, 8 * ranks})),
      members(static_cast<size_t>(ranks)) {
  std::vector<cuda::RankDevice *> ofRanks;
  for (int64_t rank = 0; rank < ranks; ++rank) {
    devices.push_back(std::make_unique<cuda::RankDevice>(*shared, getProgram(), rank));
    ofRanks.push_back(devices.back().get());
  }
  world = std::make_unique<cuda::LocalWorld>(*shared, std::move(ofRanks));
}

namespace {

/// Copies the arena to the GPU, runs the collective as a section of one task, and copies it back.
class CopyingCommunicator final : public Communicator {
public:
  CopyingCommunicator(CudaRanks &ranks, int64_t position, std::unique_ptr<Communicator> group)
      : ranks(ranks), position(position), group(std::move(group)) {}

  int64_t rank() const override { return group->rank(); }
  int64_t size() const override { return group->size(); }
  std::string explainMismatch() const override { return group->explainMismatch(); }

  CollectiveStatus run(const shardrt_collective_desc &desc, char *base) override {
    cuda::RankDevice &device = ranks.getDevice(position);
    int64_t bytes = countBytes(desc);
    char *arena = device.allocate(CudaRanks::arenaBytes);
    device.store(arena, base, bytes);
    int32_t status = ranks.run(position, [&] {
      device.beginTask(0, 0, {});
      CollectiveStatus found = group->run(desc, arena);
      device.endTask(0, false);
      return static_cast<int32_t>(found);
    });
    if (status == 0)
      device.fetch(base, arena, bytes);
    return static_cast<CollectiveStatus>(status);
  }

private:
  CudaRanks &ranks;
  const int64_t position;
  const std::unique_ptr<Communicator> group;

  /// Bytes from the arena's begin to the end of what the collective reads and writes.
  int64_t countBytes(const shardrt_collective_desc &desc) const {
    int64_t element = desc.dtype == SHARDRT_F64 ? 8 : desc.dtype == SHARDRT_BF16 ? 2 : 4, bytes = 0;
    for (const shardrt_segment &segment : std::span(desc.segments, static_cast<size_t>(desc.num_segments))) {
      int64_t part = segment.outer * segment.part * element, whole = segment.outer * segment.total * element;
      bool gathers = desc.kind == SHARDRT_ALL_GATHER, scatters = desc.kind == SHARDRT_REDUCE_SCATTER;
      bytes = std::max({bytes, segment.send + (gathers ? part : whole), segment.recv + (scatters ? part : whole)});
    }
    return bytes;
  }
};

/// Each group has a GPU of its own, because the ranks of one launch their sections together.
class CudaWorld final : public World {
public:
  std::unique_ptr<Communicator> join(int64_t rank, const std::vector<int64_t> &members) override {
    std::unique_ptr<CudaRanks> &ranks = groups[members];
    if (!ranks)
      ranks = std::make_unique<CudaRanks>(static_cast<int64_t>(members.size()));
    std::vector<int64_t> everyone(members.size());
    std::iota(everyone.begin(), everyone.end(), 0);
    int64_t position = std::find(members.begin(), members.end(), rank) - members.begin();
    return std::make_unique<CopyingCommunicator>(*ranks, position, ranks->getWorld().join(position, everyone));
  }
  void abort() override {
    for (auto &[members, ranks] : groups)
      ranks->getWorld().abort();
  }

private:
  std::map<std::vector<int64_t>, std::unique_ptr<CudaRanks>> groups;
};

} // namespace

std::vector<Setup> test::findSetups() {
  if (!cuda::findKernelImage("Collectives"))
    return {};
  const Backend gpu{"gpu", std::nullopt, [](int64_t) { return std::make_unique<CudaWorld>(); }};
  return {{gpu, 1}, {gpu, 2}, {gpu, 3}, {gpu, 4}};
}
