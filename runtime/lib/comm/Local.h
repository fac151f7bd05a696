//===- Local.h - Ranks that are threads of one process ------------------------===//
#ifndef SHARDRT_LIB_COMM_LOCAL_H
#define SHARDRT_LIB_COMM_LOCAL_H

#include "Communicator.h"

#include <map>
#include <memory>
#include <vector>

namespace shardrt {

class LocalGroup;

/// The groups of a job whose ranks share this process's memory.
class LocalWorld {
public:
  /// `ranks` threads will take part.
  explicit LocalWorld(int64_t ranks);
  ~LocalWorld();

  /// Returns rank `rank`'s end of the group of `members`, which holds it. Not thread-safe: all join before the threads start.
  std::unique_ptr<Communicator> join(int64_t rank, const std::vector<int64_t> &members);

  /// Makes every collective, under way or to come, return PeerLost.
  void abort();

private:
  int spins;
  std::map<std::vector<int64_t>, std::unique_ptr<LocalGroup>> groups;
};

} // namespace shardrt
#endif
