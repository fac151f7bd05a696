//===- LocalWorld.cpp - Ranks that share one GPU -----------------------------------===//

#include "cuda/LocalWorld.h"
#include "comm/Barrier.h"
#include "comm/Collective.h"
#include "cuda/Collectives.h"

#include <algorithm>
#include <array>

using namespace shardrt;
using namespace shardrt::cuda;

namespace shardrt::cuda {
/// What the ranks of one group share.
class LocalGroup {
public:
  /// How far a rank's stream has come in a collective; a second pass is an all-reduce's alone.
  enum Point { Ready, Done, DoneAgain };

  LocalGroup(const Gpu &gpu, size_t size, int64_t ranks, const void *arenas)
      : gpu(gpu), arenas(arenas), barrier(static_cast<int64_t>(size), chooseSpins(ranks)), records(size), events(size) {
    for (auto &ofRank : events)
      for (CUevent &event : ofRank)
        event = gpu.createEvent();
  }
  ~LocalGroup() {
    for (auto &ofRank : events)
      for (CUevent event : ofRank)
        gpu.driver.eventDestroy(event);
  }

  const Gpu &gpu;
  const void *const arenas; ///< in the GPU's memory: the addresses of the members' arenas
  Barrier barrier;
  std::vector<CollectiveRecord> records;      ///< by position
  std::vector<std::array<CUevent, 3>> events; ///< by position and point
};
} // namespace shardrt::cuda

namespace {

class LocalCommunicator final : public Communicator {
public:
  LocalCommunicator(LocalGroup &group, RankDevice &device, int64_t position, std::vector<int64_t> members)
      : group(group), device(device), recorder(device.getRecorder()), position(position), members(std::move(members)) {}

  int64_t rank() const override { return position; }
  int64_t size() const override { return static_cast<int64_t>(members.size()); }
  std::string explainMismatch() const override { return mismatch; }

  CollectiveStatus run(const shardrt_collective_desc &desc, char *base) override {
    group.records[static_cast<size_t>(position)] = CollectiveRecord(desc);
    if (CollectiveStatus status = meet(LocalGroup::Ready); status != CollectiveStatus::Ok)
      return status;
    mismatch = findMismatch(members, group.records);
    if (!mismatch.empty()) {
      group.barrier.wait(); // the peers still read this rank's record
      return CollectiveStatus::Mismatch;
    }
    CollectiveStatus status = pass(LocalGroup::Done, [&](const ArenaGroup &arenas) {
      auto launch = desc.kind == SHARDRT_ALL_GATHER       ? allGather
                    : desc.kind == SHARDRT_REDUCE_SCATTER ? reduceScatter
                                                          : reduceSlices;
      launch(device, arenas, desc, base);
    });
    if (desc.kind != SHARDRT_ALL_REDUCE || size() == 1 || status != CollectiveStatus::Ok)
      return status;
    return pass(LocalGroup::DoneAgain, [&](const ArenaGroup &arenas) { gatherSlices(device, arenas, desc, base); });
  }

private:
  LocalGroup &group;
  RankDevice &device;
  Recorder &recorder;
  const int64_t position;
  const std::vector<int64_t> members;
  std::string mismatch;

  /// Launches work, after which no rank goes on before all have come to `point`.
  template <typename Launch> CollectiveStatus pass(LocalGroup::Point point, Launch launch) {
    if (recorder.guard([&] { launch(ArenaGroup{group.arenas, size(), position}); }) != 0)
      return CollectiveStatus::Failed;
    return meet(point);
  }

  /// Makes what follows on this rank's stream wait until the streams of all ranks of the group have come to `point`.
  CollectiveStatus meet(LocalGroup::Point point) {
    const Driver &driver = group.gpu.driver;
    auto event = [&](size_t rank) { return group.events[rank][static_cast<size_t>(point)]; };
    if (recorder.guard([&] {
          driver.check(driver.eventRecord(event(static_cast<size_t>(position)), recorder.getStream()),
                       "marking a collective's progress");
        }) != 0)
      return CollectiveStatus::Failed;
    if (!group.barrier.wait())
      return CollectiveStatus::PeerLost;
    int32_t status = recorder.guard([&] {
      for (size_t peer = 0; peer < members.size(); ++peer)
        if (static_cast<int64_t>(peer) != position)
          driver.check(driver.streamWaitEvent(recorder.getStream(), event(peer), CU_EVENT_WAIT_DEFAULT),
                       "waiting for a peer in a collective");
    });
    return status == 0 ? CollectiveStatus::Ok : CollectiveStatus::Failed;
  }
};

} // namespace

cuda::LocalWorld::LocalWorld(SharedGpu &shared, std::vector<RankDevice *> devices)
    : shared(shared), devices(std::move(devices)) {}
cuda::LocalWorld::~LocalWorld() = default;

std::unique_ptr<Communicator> cuda::LocalWorld::join(int64_t rank, const std::vector<int64_t> &members) {
  std::unique_ptr<LocalGroup> &group = groups[members];
  RankDevice &device = *devices[static_cast<size_t>(rank)];
  if (!group) {
    std::vector<uint64_t> arenas;
    for (int64_t member : members)
      arenas.push_back(shared.memory.getRegion(member).arena);
    const void *table = device.storeConstants(arenas);
    group = std::make_unique<LocalGroup>(shared.gpu, members.size(), static_cast<int64_t>(devices.size()), table);
  }
  auto position = std::find(members.begin(), members.end(), rank) - members.begin();
  return std::make_unique<LocalCommunicator>(*group, device, position, members);
}

void cuda::LocalWorld::abort() {
  for (auto &[members, group] : groups)
    group->barrier.breakUp();
  shared.sections.abort();
}
