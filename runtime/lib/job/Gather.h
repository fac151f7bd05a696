//===- Gather.h - A parameter's shards, brought together on rank 0 ----------------===//
#ifndef SHARDRT_LIB_JOB_GATHER_H
#define SHARDRT_LIB_JOB_GATHER_H

#include "program/Manifest.h"
#include "program/Rank.h"

#include <functional>

namespace shardrt {

/// One rank's end of gathering. Peers read its buffers, so the object lives until all ranks have ended.
class Gather {
public:
  Gather(shardrt_rank &rank, const Manifest &manifest) : rank(rank), manifest(manifest) {}

  /// Takes `count` elements of the tensor that a checkpoint keeps a parameter in, from element `first` on.
  using Visit = std::function<void(int64_t first, const float *values, int64_t count)>;

  /// Gathers a parameter, as float32: all ranks call it together, and on rank 0 `visit` gets each element once, in
  /// pieces of any order. Beside the shards it takes buffers of some MiB. Returns false where a peer is lost; throws
  /// Error (Disagree).
  bool run(const Parameter &parameter, const Visit &visit);

private:
  shardrt_rank &rank;
  const Manifest &manifest;
  shardrt_segment segment = {};
  shardrt_collective_desc desc = {};
  std::vector<float> values; ///< this rank's, then those of all senders

  void fetch(int64_t offset, int64_t count);
  bool exchange(const Parameter &parameter, int64_t count, int64_t senders);
};

} // namespace shardrt
#endif
