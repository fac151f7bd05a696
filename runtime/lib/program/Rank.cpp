//===- Rank.cpp - One rank's execution context --------------------------------===//

#include "program/Rank.h"
#include "program/Manifest.h"

#include <numeric>

using namespace shardrt;

std::unique_ptr<shardrt_rank> shardrt::createRank(int64_t index, const Manifest &manifest, Device &device,
                                                  Worlds worlds, Progress &progress) {
  std::vector<int64_t> everyone(static_cast<size_t>(manifest.mesh.size()));
  std::iota(everyone.begin(), everyone.end(), 0);
  auto rank = std::make_unique<shardrt_rank>(index, device, worlds.host.join(index, everyone), progress);
  for (const std::vector<std::string> &axes : manifest.groups)
    rank->groups.push_back(worlds.device.join(index, manifest.mesh.group(index, axes)));
  return rank;
}
