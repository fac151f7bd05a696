//===- Communicator.h - How the ranks of a group exchange tensors -------------===//
//
// One object is one rank's end of one group. Every rank of the group makes the same calls in the same order.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_PROGRAM_COMMUNICATOR_H
#define SHARDRT_LIB_PROGRAM_COMMUNICATOR_H

#include "shardrt/abi.h"

#include <memory>
#include <string>
#include <vector>

namespace shardrt {

/// How a collective ended; the values are what shardrt_collective returns.
enum class CollectiveStatus : int32_t {
  Failed = -1, ///< on a GPU; the device throws the error when the section has returned
  Ok = 0,
  PeerLost = 1, ///< a rank of the job failed elsewhere
  Mismatch = 2, ///< the ranks of the group did not come with the same collective
};

class Communicator {
public:
  virtual ~Communicator() = default;

  /// Returns this rank's position in the group.
  virtual int64_t rank() const = 0;
  virtual int64_t size() const = 0;

  /// Runs `desc` on the segments at their offsets from `base`; sums are taken in rank order, by NCCL in an order of
  /// its own. Allocates nothing.
  virtual CollectiveStatus run(const shardrt_collective_desc &desc, char *base) = 0;

  /// Returns the sentence that explains the Mismatch which `run` returned.
  virtual std::string explainMismatch() const = 0;
};

/// Where the ranks of a job meet to form groups.
class World {
public:
  virtual ~World() = default;

  /// Returns rank `rank`'s end of the group of `members`, which holds it. Every rank joins the same kinds of groups in
  /// the same order, before the first collective and from one thread.
  virtual std::unique_ptr<Communicator> join(int64_t rank, const std::vector<int64_t> &members) = 0;

  /// Makes every collective of this process, under way or to come, return PeerLost. Any thread may call it.
  virtual void abort() = 0;
};

} // namespace shardrt
#endif
