//===- NcclCommunicator.h - A group of ranks on GPUs of their own -----------------------===//
#ifndef SHARDRT_LIB_CUDA_NCCLCOMMUNICATOR_H
#define SHARDRT_LIB_CUDA_NCCLCOMMUNICATOR_H

#include "cuda/NcclWorld.h"

namespace shardrt::cuda {

/// One rank's end. A collective is one group call on the communicator of its stream, between what packs and unpacks.
class NcclCommunicator final : public Communicator {
public:
  NcclCommunicator(NcclWorld &world, int64_t position, int64_t count)
      : world(world), position(position), count(count) {}

  int64_t rank() const override { return position; }
  int64_t size() const override { return count; }
  CollectiveStatus run(const shardrt_collective_desc &desc, char *base) override;
  std::string explainMismatch() const override { return ""; }

private:
  NcclWorld &world;
  const int64_t position, count;

  /// A segment as NCCL gets it: `staged` where it goes through staging, else null.
  struct Piece {
    const shardrt_segment &segment;
    char *staged;
  };

  void record(const shardrt_collective_desc &desc, char *base);
  std::vector<Piece> place(const shardrt_collective_desc &desc) const;
  ncclResult_t start(const shardrt_collective_desc &desc, const Piece &piece, char *base, ncclComm_t comm,
                     CUstream stream) const;
};

} // namespace shardrt::cuda
#endif
