//===- Gather.cpp - A parameter's shards, brought together on rank 0 --------------===//
//
// The ranks exchange their shards, padding and all, in chunks by all-gathers over the world. Where several ranks have
// the same shard, the first of them counts: those are the ranks at coordinate 0 of every axis that the parameter is not
// sharded over. Ranks beyond the last of them send nothing, so that replicas along the outermost axis cost nothing.
//
//===----------------------------------------------------------------------------===//

#include "job/Gather.h"
#include "program/Error.h"
#include "program/Shard.h"

#include <algorithm>

using namespace shardrt;

/// Elements that one exchange brings to a rank, about.
static constexpr int64_t exchangeElements = 1 << 20;
static constexpr int64_t leastChunk = 1 << 8;

/// Returns the ranks whose shards make up `parameter`, each part once.
static std::vector<int64_t> findOwners(const Parameter &parameter, const Mesh &mesh) {
  auto isSharded = [&](const std::string &axis) {
    return std::any_of(parameter.sharding.begin(), parameter.sharding.end(),
                       [&](const auto &axes) { return std::find(axes.begin(), axes.end(), axis) != axes.end(); });
  };
  std::vector<int64_t> owners;
  for (int64_t rank = 0; rank < mesh.size(); ++rank)
    if (std::all_of(mesh.getAxes().begin(), mesh.getAxes().end(),
                    [&](const Axis &axis) { return mesh.coordinate(rank, axis.name) == 0 || isSharded(axis.name); }))
      owners.push_back(rank);
  return owners;
}

/// Calls `visit` on the valid ones among `count` elements of `owner`'s shard, from element `begin` of the shard on.
static void visitShard(const Parameter &parameter, const Mesh &mesh, int64_t owner, int64_t begin, int64_t count,
                       const float *values, const Gather::Visit &visit) {
  forEachRun(parameter, mesh, owner, [&](const ShardRun &run) {
    int64_t at = std::max(run.local, begin), end = std::min(run.local + run.count, begin + count);
    while (at < end) {
      TensorPlace place = placeInTensor(parameter, run.global + at - run.local);
      int64_t piece = std::min(end - at, place.count);
      visit(place.first, values + (at - begin), piece);
      at += piece;
    }
  });
}

void Gather::fetch(int64_t offset, int64_t count) {
  if (manifest.dtype == SHARDRT_F32)
    return rank.device.fetch(values.data(), rank.arena + offset, count * int64_t(sizeof(float)));
  std::vector<double> wide(static_cast<size_t>(count));
  rank.device.fetch(wide.data(), rank.arena + offset, count * int64_t(sizeof(double)));
  std::transform(wide.begin(), wide.end(), values.begin(), [](double value) { return static_cast<float>(value); });
}

bool Gather::exchange(const Parameter &parameter, int64_t count, int64_t senders) {
  segment = {0, count * int64_t(sizeof(float)), 1, count, count * senders};
  desc = {SHARDRT_ALL_GATHER, SHARDRT_SUM, SHARDRT_F32, -1, -3, 1, &segment, parameter.name.c_str()};
  rank.progress.enter(desc);
  CollectiveStatus status = rank.world->run(desc, reinterpret_cast<char *>(values.data()));
  rank.progress.leave();
  if (status == CollectiveStatus::Mismatch)
    fail(Exit::Disagree, "saving: {}", rank.world->explainMismatch());
  return status == CollectiveStatus::Ok;
}

bool Gather::run(const Parameter &parameter, const Visit &visit) {
  std::vector<int64_t> owners = findOwners(parameter, manifest.mesh);
  int64_t senders = owners.back() + 1, local = 1;
  if (senders == 1 && rank.index != 0)
    return true;
  for (int64_t extent : parameter.localShape)
    local *= extent;
  int64_t chunk = std::min(local, std::max(leastChunk, exchangeElements / senders));
  values.resize(std::max(values.size(), static_cast<size_t>(chunk * (senders + 1))));
  for (int64_t begin = 0; begin < local; begin += chunk) {
    int64_t count = std::min(chunk, local - begin);
    fetch(parameter.offset + begin * manifest.elementSize(), count);
    if (senders > 1 && !exchange(parameter, count, senders))
      return false;
    if (rank.index == 0)
      for (int64_t owner : owners)
        visitShard(parameter, manifest.mesh, owner, begin, count,
                   values.data() + (senders > 1 ? (1 + owner) * count : 0), visit);
  }
  return true;
}
