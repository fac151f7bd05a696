//===- NcclChannels.cpp - The communicators of a rank -------------------------------===//

#include "cuda/NcclChannels.h"

#include <algorithm>
#include <exception>

using namespace shardrt;
using namespace shardrt::cuda;

static constexpr std::chrono::milliseconds lookInterval{100};

/// Calls block: from the first step on no thread is in one, and until then the control channel watches over who does
/// not come.
NcclChannels::NcclChannels(const Nccl &nccl, Bootstrap &bootstrap) : nccl(nccl), rank(bootstrap.rank()) {
  ncclUniqueId id = {};
  if (rank == 0)
    nccl.check(nccl.getUniqueId(&id), nullptr, "asking NCCL for an identifier");
  bootstrap.broadcast(&id, sizeof id);
  ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
  config.blocking = 1;
  nccl.check(nccl.commInitRankConfig(&world, static_cast<int>(bootstrap.size()), id, static_cast<int>(rank), &config),
             nullptr, "connecting rank {} with all {} by NCCL", rank, bootstrap.size());
}

NcclChannels::~NcclChannels() {
  isEnding = true;
  if (watcher.joinable())
    watcher.join();
  if (isAborted || std::uncaught_exceptions() > 0)
    return;
  for (const auto &[use, comm] : comms)
    nccl.commDestroy(comm);
  if (world)
    nccl.commDestroy(world);
}

void NcclChannels::split(const ChannelUses &uses, const std::function<std::vector<int64_t>(int32_t)> &membersOf) {
  for (const auto &[place, use] : uses) {
    std::vector<int64_t> members = membersOf(place.first);
    int64_t color = *std::min_element(members.begin(), members.end());
    auto key = std::find(members.begin(), members.end(), rank) - members.begin();
    ncclComm_t &comm = comms[place];
    nccl.check(nccl.commSplit(world, static_cast<int>(color), static_cast<int>(key), &comm, nullptr), world,
               "making a communicator of {} ranks", members.size());
  }
}

ncclComm_t NcclChannels::find(int32_t group, int32_t stream) const {
  auto found = comms.find({group, stream});
  return found == comms.end() ? nullptr : found->second;
}

void NcclChannels::watch(std::function<void(const Error &)> report) {
  watcher = std::thread([this, report = std::move(report)] {
    for (bool isReported = false; !isEnding && !isAborted && !isReported; std::this_thread::sleep_for(lookInterval))
      forEach([&](ncclComm_t comm) {
        ncclResult_t state = ncclSuccess, result = nccl.commGetAsyncError(comm, &state);
        ncclResult_t error = result != ncclSuccess ? result : state;
        if (isReported || isAborted || error == ncclSuccess || error == ncclInProgress)
          return;
        isReported = true;
        report(Error(Exit::PeerLost, fmt::format("NCCL has failed on rank {}: {}", rank, nccl.explain(error, comm))));
      });
  });
}

void NcclChannels::abort() {
  if (isAborted.exchange(true))
    return;
  forEach([&](ncclComm_t comm) {
    if (comm)
      nccl.commAbort(comm);
  });
}
