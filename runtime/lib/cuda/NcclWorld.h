//===- NcclWorld.h - Ranks that are processes, each with its GPU ----------------------===//
//
// A collective is recorded once, as NCCL's calls on the stream of the task under way, and replayed with the graph of
// its section. Wholes that lie as NCCL has them (the first dimension is sharded, evenly) are gathered and reduced where
// they lie; others go through staging. NCCL compares nothing, but the ranks' programs are the same: that is compared
// before the first step.
//
//===--------------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_NCCLWORLD_H
#define SHARDRT_LIB_CUDA_NCCLWORLD_H

#include "cuda/CollectiveMarks.h"
#include "cuda/NcclChannels.h"
#include "cuda/RankDevice.h"

namespace shardrt::cuda {

/// What the groups of a rank share.
class NcclWorld final : public World {
public:
  /// Connects this process's one rank with all others, which do the same, and tries what it will do: collectives of
  /// each communicator, and one in a graph. `progress` gets what the GPU does. `report` is called, from a thread, when
  /// NCCL fails later. Throws Error: NoDevice where GPUs or versions do not go together, NoFit.
  NcclWorld(const Nccl &nccl, SharedGpu &shared, RankDevice &device, const Program &program, Bootstrap &bootstrap,
            Progress &progress, std::function<void(const Error &)> report);
  /// All ranks come here together. Where one comes here by an exception it leaves to the process's end what would wait
  /// for the GPU.
  ~NcclWorld() override;

  std::unique_ptr<Communicator> join(int64_t rank, const std::vector<int64_t> &members) override;
  /// Ends what is under way on the GPU: nothing that it computes counts from then on.
  void abort() override;

private:
  friend class NcclCommunicator;

  /// Memory that collectives of a stream pass through whose layout is not NCCL's.
  struct Staging {
    int64_t offset, bytes;
  };

  const Nccl &nccl;
  SharedGpu &shared;
  RankDevice &device;
  const Manifest &manifest;
  const int64_t rank;
  Progress &progress;
  std::unique_ptr<NcclChannels> channels;
  std::unique_ptr<CollectiveMarks> marks;
  std::map<int32_t, Staging> staging; ///< by the stream's index
  char *memory = nullptr;             ///< of all staging, from NCCL

  void checkGpus(Bootstrap &bootstrap) const;
  ChannelUses survey(const Program &program);
  void allocateStaging(int64_t ranks);
  void connect(const ChannelUses &uses);
  void tryGraph(int64_t ranks);
  std::string describeAxes(int32_t group) const;
};

/// Returns the bytes of staging that a collective among `ranks` ranks takes.
int64_t countStagingBytes(const shardrt_collective_desc &desc, int64_t ranks);

} // namespace shardrt::cuda
#endif
