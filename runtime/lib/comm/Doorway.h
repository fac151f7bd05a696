//===- Doorway.h - Processes that find one another by TCP -----------------------===//
//
// Whoever connects says who it is, and whoever listens answers whether it is wanted. So a process of another job, which
// may have come by an address or a port that was given twice, is told from a rank of this one, and learns why it is not
// let in.
//
//===----------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_COMM_DOORWAY_H
#define SHARDRT_LIB_COMM_DOORWAY_H

#include "comm/Socket.h"

#include <array>

namespace shardrt {

/// What the processes of a job have in common, and those of another job have not.
using Token = std::array<unsigned char, 16>;

/// A process of a job, for those that it connects to.
struct Member {
  Token token;
  int32_t rank, size;
};

using Deadline = std::chrono::steady_clock::time_point;

/// Lets in the ranks of `self`'s job from `first` on, each once, until all have come or the deadline has. Returns their
/// connections by rank, from `first` on; one is empty where its rank has not come. `strangers` counts those that were
/// turned away.
std::vector<Socket> admitRanks(const Socket &listener, const Member &self, int64_t first, Deadline deadline,
                               int64_t &strangers);

/// Returns a connection to rank `wanted` of `self`'s job at an address; none where it is not there, and, where another
/// process answered, what it said in `reason`.
Socket callRank(int64_t wanted, const Address &address, uint16_t port, const Member &self, std::string &reason);

} // namespace shardrt
#endif
