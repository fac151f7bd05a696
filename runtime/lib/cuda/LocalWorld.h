//===- LocalWorld.h - Ranks that share one GPU ------------------------------------===//
//
// A collective is recorded once, by threads, and replayed with the graph of its section. While they record, the ranks
// of a group meet as those of comm/Local.h do: they compare what they came for, and each makes its stream wait for
// events of its peers'. Between these waits run kernels that read the peers' arenas, so the graph has the order and the
// host none of the work.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_LOCALWORLD_H
#define SHARDRT_LIB_CUDA_LOCALWORLD_H

#include "cuda/RankDevice.h"

#include <map>

namespace shardrt::cuda {

class LocalGroup;

/// The device's world where all ranks are threads of this process and use its GPU.
class LocalWorld final : public World {
public:
  /// `devices` are those of the ranks, in their order; they live longer than what join() returns.
  LocalWorld(SharedGpu &shared, std::vector<RankDevice *> devices);
  ~LocalWorld() override;

  /// Bytes of constants that groups take, one of each kind: every rank is in one group of a kind.
  static int64_t countConstantBytes(int64_t kinds, int64_t ranks) { return kinds * ranks * int64_t(sizeof(uint64_t)); }

  std::unique_ptr<Communicator> join(int64_t rank, const std::vector<int64_t> &members) override;
  /// Wakes ranks that wait in a collective, or for the launch of a section.
  void abort() override;

private:
  SharedGpu &shared;
  const std::vector<RankDevice *> devices;
  std::map<std::vector<int64_t>, std::unique_ptr<LocalGroup>> groups;
};

} // namespace shardrt::cuda
#endif
