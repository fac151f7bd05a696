//===- Rank.h - One rank's execution context ----------------------------------===//
#ifndef SHARDRT_LIB_RANK_H
#define SHARDRT_LIB_RANK_H

#include "Communicator.h"
#include "Device.h"
#include "Progress.h"

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
  std::unique_ptr<shardrt::Communicator> world;
  std::vector<std::unique_ptr<shardrt::Communicator>> groups; ///< by the manifest's index
  char *arena = nullptr;
  int64_t arenaBytes = 0;
  shardrt::Communicator *mismatched = nullptr; ///< the group whose ranks came with different collectives
};

namespace shardrt {
struct Manifest;

/// Returns rank `index` of a program, joined to the world and to all groups of the manifest.
std::unique_ptr<shardrt_rank> createRank(int64_t index, const Manifest &manifest, Device &device, World &world,
                                         Progress &progress);
} // namespace shardrt
#endif
