//===- Local.cpp - Ranks that are threads of one process ----------------------===//
//
// A collective posts each rank's description, waits for all, and lets every rank compute its own part by reading its
// peers' memory in rank order; a last wait keeps the sources unchanged until all have read. An all-reduce is a
// reduce-scatter in place, each rank reducing its slice of the range into its own destination, then an all-gather of
// the slices: only the owner of a slice reads it in the sources, so source and destination may be the same.
//
//===------------------------------------------------------------------------===//

#include "comm/Local.h"
#include "comm/Barrier.h"
#include "comm/Collective.h"

using namespace shardrt;

namespace shardrt {
/// What the ranks of one group share.
class LocalGroup {
public:
  LocalGroup(size_t size, int spins) : barrier(static_cast<int64_t>(size), spins), records(size), posts(size) {}

  struct Post {
    const shardrt_segment *segments;
    char *base;
  };
  Barrier barrier;
  std::vector<CollectiveRecord> records;
  std::vector<Post> posts;
};
} // namespace shardrt

namespace {

class LocalCommunicator final : public Communicator {
public:
  LocalCommunicator(LocalGroup &group, int64_t position, std::vector<int64_t> members)
      : group(group), position(position), members(std::move(members)) {}

  int64_t rank() const override { return position; }
  int64_t size() const override { return static_cast<int64_t>(members.size()); }

  CollectiveStatus run(const shardrt_collective_desc &desc, char *base) override {
    group.records[static_cast<size_t>(position)] = CollectiveRecord(desc);
    group.posts[static_cast<size_t>(position)] = {desc.segments, base};
    if (!group.barrier.wait())
      return CollectiveStatus::PeerLost;
    mismatch = findMismatch(members, group.records);
    if (!mismatch.empty()) {
      group.barrier.wait(); // the peers still read this rank's record
      return CollectiveStatus::Mismatch;
    }
    return withElementType(desc.dtype, [&](auto zero) { return runTyped<decltype(zero)>(desc, base); });
  }

  std::string explainMismatch() const override { return mismatch; }

private:
  LocalGroup &group;
  const int64_t position;
  const std::vector<int64_t> members;
  std::string mismatch;

  /// Returns peer `rank`'s source of segment `i`.
  template <typename T> const T *sendOf(int64_t rank, int32_t i) const {
    const LocalGroup::Post &post = group.posts[static_cast<size_t>(rank)];
    return reinterpret_cast<const T *>(post.base + post.segments[i].send);
  }

  template <typename T> CollectiveStatus runTyped(const shardrt_collective_desc &desc, char *base) {
    for (int32_t i = 0; i < desc.num_segments; ++i) {
      T *recv = reinterpret_cast<T *>(base + desc.segments[i].recv);
      if (desc.kind == SHARDRT_ALL_GATHER)
        gather(desc.segments[i], i, recv);
      else if (desc.kind == SHARDRT_REDUCE_SCATTER)
        reduceScatter(desc, i, recv);
      else
        reduceSlice(desc, i, recv);
    }
    if (!group.barrier.wait())
      return CollectiveStatus::PeerLost;
    if (desc.kind != SHARDRT_ALL_REDUCE || size() == 1)
      return CollectiveStatus::Ok;
    for (int32_t i = 0; i < desc.num_segments; ++i)
      copySlices<T>(desc.segments[i], i, base);
    return group.barrier.wait() ? CollectiveStatus::Ok : CollectiveStatus::PeerLost;
  }

  template <typename T> void gather(const shardrt_segment &segment, int32_t i, T *recv) const {
    for (int64_t peer = 0; peer < size(); ++peer) {
      int64_t valid = validColumns(segment, peer);
      const T *send = sendOf<T>(peer, i);
      for (int64_t block = 0; block < segment.outer && valid > 0; ++block)
        std::memcpy(recv + block * segment.total + peer * segment.part, send + block * segment.part,
                    static_cast<size_t>(valid) * sizeof(T));
    }
  }

  template <typename T> void reduceScatter(const shardrt_collective_desc &desc, int32_t i, T *recv) const {
    const shardrt_segment &segment = desc.segments[i];
    int64_t valid = validColumns(segment, position);
    for (int64_t block = 0; block < segment.outer; ++block) {
      T *dest = recv + block * segment.part;
      int64_t begin = block * segment.total + position * segment.part;
      reduceInOrder(desc.reduction, size(), valid, [&](int64_t peer) { return sendOf<T>(peer, i) + begin; }, dest);
      std::fill(dest + valid, dest + segment.part, T(0));
    }
  }

  template <typename T> void reduceSlice(const shardrt_collective_desc &desc, int32_t i, T *recv) const {
    shardrt_segment slices = sliced(desc.segments[i], size());
    int64_t begin = position * slices.part;
    reduceInOrder(
        desc.reduction, size(), validColumns(slices, position),
        [&](int64_t peer) { return sendOf<T>(peer, i) + begin; }, recv + begin);
  }

  template <typename T> void copySlices(const shardrt_segment &segment, int32_t i, char *base) const {
    shardrt_segment slices = sliced(segment, size());
    for (int64_t peer = 0; peer < size(); ++peer) {
      int64_t begin = peer * slices.part, count = validColumns(slices, peer);
      const LocalGroup::Post &post = group.posts[static_cast<size_t>(peer)];
      const T *source = reinterpret_cast<const T *>(post.base + post.segments[i].recv);
      if (peer != position && count > 0)
        std::memcpy(reinterpret_cast<T *>(base + segment.recv) + begin, source + begin,
                    static_cast<size_t>(count) * sizeof(T));
    }
  }
};

} // namespace

LocalWorld::LocalWorld(int64_t ranks) : spins(chooseSpins(ranks)) {}
LocalWorld::~LocalWorld() = default;

std::unique_ptr<Communicator> LocalWorld::join(int64_t rank, const std::vector<int64_t> &members) {
  std::unique_ptr<LocalGroup> &group = groups[members];
  if (!group)
    group = std::make_unique<LocalGroup>(members.size(), spins);
  auto position = std::find(members.begin(), members.end(), rank) - members.begin();
  return std::make_unique<LocalCommunicator>(*group, position, members);
}

void LocalWorld::abort() {
  for (auto &[members, group] : groups)
    group->barrier.breakUp();
}
