//===- NcclChannels.h - The communicators of a rank ---------------------------------===//
//
// Collectives of one communicator run one after the other. So each group has one for each stream that its collectives
// are on: a gather ahead of time does not wait behind a reduction.
//
//===------------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_NCCLCHANNELS_H
#define SHARDRT_LIB_CUDA_NCCLCHANNELS_H

#include "comm/Bootstrap.h"
#include "cuda/Nccl.h"

#include <atomic>
#include <functional>
#include <map>
#include <set>
#include <thread>

namespace shardrt::cuda {

/// The collectives that a group has on a stream: what there must be connections for.
struct ChannelUse {
  std::set<int32_t> kinds;
};
/// By the group's index in the manifest and the stream's.
using ChannelUses = std::map<std::pair<int32_t, int32_t>, ChannelUse>;

class NcclChannels {
public:
  /// Connects this rank, on the calling thread's GPU, with all others, which do the same.
  NcclChannels(const Nccl &nccl, Bootstrap &bootstrap);
  /// All ranks come here together, after what has captured their collectives is gone. Where one comes here by an
  /// exception it leaves its communicators as they are, because the others may never come: the process is to end.
  ~NcclChannels();
  NcclChannels(const NcclChannels &) = delete;
  NcclChannels &operator=(const NcclChannels &) = delete;

  /// Makes the communicators that `uses` asks for; all ranks ask for the same. `membersOf` returns the ranks of this
  /// rank's group.
  void split(const ChannelUses &uses, const std::function<std::vector<int64_t>(int32_t group)> &membersOf);

  ncclComm_t getWorld() const { return world; }
  /// Returns a communicator, or null where there is none for the group and stream.
  ncclComm_t find(int32_t group, int32_t stream) const;

  /// Looks at the communicators from a thread until the object's end; calls `report` once with the first error that one
  /// has.
  void watch(std::function<void(const Error &)> report);
  /// Ends all collectives under way, and makes the communicators useless. Any thread may call it: NCCL makes the GPU
  /// its current.
  void abort();

private:
  const Nccl &nccl;
  const int64_t rank;
  ncclComm_t world = nullptr;
  std::map<std::pair<int32_t, int32_t>, ncclComm_t> comms;
  std::atomic<bool> isEnding{false}, isAborted{false};
  std::thread watcher;

  template <typename Visit> void forEach(Visit visit) const {
    visit(world);
    for (const auto &[use, comm] : comms)
      visit(comm);
  }
};

} // namespace shardrt::cuda
#endif
