//===- Bootstrap.h - What the processes of a job tell one another at start ----------===//
#ifndef SHARDRT_LIB_COMM_BOOTSTRAP_H
#define SHARDRT_LIB_COMM_BOOTSTRAP_H

#include <cstddef>
#include <cstdint>

namespace shardrt {

/// Exchanges a few bytes between the processes of a job, one for each rank, before the first step. All processes make
/// the same calls in the same order, from the thread that started them; a call returns when all have come.
class Bootstrap {
public:
  virtual ~Bootstrap() = default;

  virtual int64_t rank() const = 0;
  virtual int64_t size() const = 0;

  /// Overwrites `bytes` bytes with those of rank 0. Throws Error (PeerLost).
  virtual void broadcast(void *data, size_t bytes) = 0;
  /// Writes every rank's `bytes` bytes at `mine` to `all`, which has room for size() times as many, in rank order.
  /// Throws Error (PeerLost).
  virtual void allGather(const void *mine, size_t bytes, void *all) = 0;
};

} // namespace shardrt
#endif
