//===- Rank.h - One rank's execution context ----------------------------------===//
#ifndef SHARDRT_LIB_PROGRAM_RANK_H
#define SHARDRT_LIB_PROGRAM_RANK_H

#include "program/Communicator.h"
#include "program/Platform.h"
#include "program/Progress.h"

#include <memory>
#include <vector>

/// What the calls of a compiled program reach through their first argument.
struct shardrt_rank {
  shardrt_rank(int64_t index, shardrt::Device &device, std::unique_ptr<shardrt::Communicator> world,
               shardrt::Progress &progress)
      : index(index), device(device), progress(progress), world(std::move(world)) {}
  ~shardrt_rank() {
    if (arena)
      device.release(arena, arenaBytes);
  }
  shardrt_rank(const shardrt_rank &) = delete;
  shardrt_rank &operator=(const shardrt_rank &) = delete;

  const int64_t index; ///< in the world
  shardrt::Device &device;
  shardrt::Progress &progress;
  std::unique_ptr<shardrt::Communicator> world;               ///< all ranks, in the host's world
  std::vector<std::unique_ptr<shardrt::Communicator>> groups; ///< by the manifest's index, in the device's
  char *arena = nullptr;
  int64_t arenaBytes = 0;
  shardrt::Communicator *mismatched = nullptr; ///< the group whose ranks came with different collectives
};

namespace shardrt {
struct Manifest;

/// Where a rank meets the others: in the host's world, and in the device's, which may be the same.
struct Worlds {
  World &host, &device;
};

/// Returns rank `index` of a program, joined to all ranks in the host's world and to the manifest's groups in the
/// device's.
std::unique_ptr<shardrt_rank> createRank(int64_t index, const Manifest &manifest, Device &device, Worlds worlds,
                                         Progress &progress);
} // namespace shardrt
#endif
