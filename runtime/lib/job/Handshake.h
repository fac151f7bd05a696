//===- Handshake.h - What all ranks must agree on ---------------------------------===//
#ifndef SHARDRT_LIB_JOB_HANDSHAKE_H
#define SHARDRT_LIB_JOB_HANDSHAKE_H

#include "program/Communicator.h"
#include "program/Progress.h"

#include <cstdint>
#include <vector>

namespace shardrt {

/// One thing that must be the same on every rank.
struct Fact {
  const char *name;
  uint64_t value;
};

/// The runtime's own collectives, on one rank. Peers read the buffers, so the object lives until all ranks have ended.
class Agreement {
public:
  Agreement(Communicator &world, Progress &progress) : world(world), progress(progress) {}

  /// Compares the ranks' facts. Throws Error (Disagree), the same on every rank, with the first fact that differs and
  /// the ranks whose value is not rank 0's. Returns false where a peer is lost.
  bool shakeHands(const std::vector<Fact> &facts);

  /// Returns the greatest of the ranks' `value`s, or -1 where a peer is lost. Allocates nothing.
  int32_t maximum(int32_t value);

private:
  Communicator &world;
  Progress &progress;
  shardrt_segment segment = {};
  shardrt_collective_desc desc = {};
  std::vector<uint64_t> facts; ///< this rank's, then all ranks'
  int32_t greatest = 0;

  bool run(shardrt_collective_kind kind, int32_t index, const char *cause, void *buffer);
};

} // namespace shardrt
#endif
