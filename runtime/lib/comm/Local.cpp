//===- Local.cpp - Ranks that are threads of one process ----------------------===//
//
// A collective posts each rank's description, waits for all, and lets every rank compute its own part by reading its peers'
// memory in rank order; a last wait keeps the sources unchanged until all have read. An all-reduce is a reduce-scatter in
// place, each rank reducing its slice of the range into its own destination, then an all-gather of the slices: only the owner
// of a slice reads it in the sources, so source and destination may be the same.
//
//===------------------------------------------------------------------------===//

#include "comm/Local.h"
#include "comm/Barrier.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <thread>
#include <tuple>

using namespace shardrt;

namespace shardrt {
/// What the ranks of one group share.
class LocalGroup {
public:
  LocalGroup(size_t size, int spins) : barrier(static_cast<int64_t>(size), spins), posts(size) {}

  struct Post {
    const shardrt_collective_desc *desc;
    char *base;
  };
  Barrier barrier;
  std::vector<Post> posts;
};
} // namespace shardrt

/// Reduces columns [begin, end) of the ranks' `source(rank)` into `dest`, in rank order.
template <typename T, typename Combine, typename Source>
static void reduceInOrder(int64_t ranks, int64_t begin, int64_t end, Source source, T *dest, Combine combine) {
  constexpr int64_t block = 512;
  T sum[block];
  for (int64_t at = begin; at < end; at += block) {
    int64_t count = std::min(block, end - at);
    std::memcpy(sum, source(0) + at, static_cast<size_t>(count) * sizeof(T));
    for (int64_t rank = 1; rank < ranks; ++rank) {
      const T *peer = source(rank) + at;
      for (int64_t i = 0; i < count; ++i)
        sum[i] = combine(sum[i], peer[i]);
    }
    std::memcpy(dest + (at - begin), sum, static_cast<size_t>(count) * sizeof(T));
  }
}

template <typename T, typename Source>
static void reduceInOrder(int32_t reduction, int64_t ranks, int64_t begin, int64_t end, Source source, T *dest) {
  if (reduction == SHARDRT_MAX)
    reduceInOrder(ranks, begin, end, source, dest, [](T a, T b) { return a != a || a > b ? a : b; });
  else
    reduceInOrder(ranks, begin, end, source, dest, [](T a, T b) { return static_cast<T>(a + b); });
}

static bool sameCollective(const shardrt_collective_desc &a, const shardrt_collective_desc &b) {
  if (&a == &b)
    return true;
  auto shape = [](const shardrt_collective_desc &d) {
    return std::tuple(d.index, d.kind, d.reduction, d.dtype, d.group, d.num_segments);
  };
  if (shape(a) != shape(b))
    return false;
  return std::equal(a.segments, a.segments + a.num_segments, b.segments,
                    [](const shardrt_segment &x, const shardrt_segment &y) {
                      return x.outer == y.outer && x.part == y.part && x.total == y.total;
                    });
}

static std::string describe(const shardrt_collective_desc &desc) {
  static constexpr const char *kinds[] = {"all_reduce", "all_gather", "reduce_scatter"};
  static constexpr const char *dtypes[] = {"float32", "float64", "int32"};
  int64_t elements = 0;
  for (int32_t i = 0; i < desc.num_segments; ++i)
    elements += desc.segments[i].outer * desc.segments[i].total;
  return fmt::format("{} #{} of {} {} ({})", kinds[desc.kind], desc.index, elements, dtypes[desc.dtype],
                     desc.cause ? desc.cause : "no cause");
}

namespace {

class LocalCommunicator final : public Communicator {
public:
  LocalCommunicator(LocalGroup &group, int64_t position, std::vector<int64_t> members)
      : group(group), position(position), members(std::move(members)) {}

  int64_t rank() const override { return position; }
  int64_t size() const override { return static_cast<int64_t>(members.size()); }

  CollectiveStatus run(const shardrt_collective_desc &desc, char *base) override {
    group.posts[static_cast<size_t>(position)] = {&desc, base};
    if (!group.barrier.wait())
      return CollectiveStatus::PeerLost;
    if (!allAgree()) {
      group.barrier.wait(); // the peers still read this rank's description
      return CollectiveStatus::Mismatch;
    }
    switch (desc.dtype) {
    case SHARDRT_F32:
      return runTyped<float>(desc, base);
    case SHARDRT_F64:
      return runTyped<double>(desc, base);
    default:
      return runTyped<int32_t>(desc, base);
    }
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
    return reinterpret_cast<const T *>(post.base + post.desc->segments[i].send);
  }

  /// Compares the first rank's collective with all others', so that every rank of the group decides the same.
  bool allAgree() {
    const shardrt_collective_desc &first = *group.posts[0].desc;
    for (size_t peer = 1; peer < group.posts.size(); ++peer) {
      if (sameCollective(first, *group.posts[peer].desc))
        continue;
      mismatch = fmt::format("ranks {} and {} disagree: rank {} is at {}, rank {} at {}", members[0], members[peer], members[0],
                             describe(first), members[peer], describe(*group.posts[peer].desc));
      return false;
    }
    return true;
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
      int64_t valid = std::clamp<int64_t>(segment.total - peer * segment.part, 0, segment.part);
      const T *send = sendOf<T>(peer, i);
      for (int64_t block = 0; block < segment.outer && valid > 0; ++block)
        std::memcpy(recv + block * segment.total + peer * segment.part, send + block * segment.part,
                    static_cast<size_t>(valid) * sizeof(T));
    }
  }

  template <typename T> void reduceScatter(const shardrt_collective_desc &desc, int32_t i, T *recv) const {
    const shardrt_segment &segment = desc.segments[i];
    int64_t begin = std::min(position * segment.part, segment.total);
    int64_t end = std::min(begin + segment.part, segment.total);
    for (int64_t block = 0; block < segment.outer; ++block) {
      T *dest = recv + block * segment.part;
      auto source = [&](int64_t peer) { return sendOf<T>(peer, i) + block * segment.total; };
      reduceInOrder(desc.reduction, size(), begin, end, source, dest);
      std::fill(dest + (end - begin), dest + segment.part, T(0));
    }
  }

  /// Returns the first element of `peer`'s slice of an all-reduce; slices begin at whole cache lines.
  int64_t sliceBegin(const shardrt_segment &segment, int64_t peer) const {
    int64_t slice = (segment.part + size() - 1) / size();
    slice = (slice + 15) / 16 * 16;
    return std::min(peer * slice, segment.part);
  }

  template <typename T> void reduceSlice(const shardrt_collective_desc &desc, int32_t i, T *recv) const {
    int64_t begin = sliceBegin(desc.segments[i], position), end = sliceBegin(desc.segments[i], position + 1);
    reduceInOrder(desc.reduction, size(), begin, end, [&](int64_t peer) { return sendOf<T>(peer, i); }, recv + begin);
  }

  template <typename T> void copySlices(const shardrt_segment &segment, int32_t i, char *base) const {
    for (int64_t peer = 0; peer < size(); ++peer) {
      int64_t begin = sliceBegin(segment, peer), end = sliceBegin(segment, peer + 1);
      const LocalGroup::Post &post = group.posts[static_cast<size_t>(peer)];
      const T *source = reinterpret_cast<const T *>(post.base + post.desc->segments[i].recv);
      if (peer != position && begin < end)
        std::memcpy(reinterpret_cast<T *>(base + segment.recv) + begin, source + begin,
                    static_cast<size_t>(end - begin) * sizeof(T));
    }
  }
};

} // namespace

LocalWorld::LocalWorld(int64_t ranks) : spins(ranks <= static_cast<int64_t>(std::thread::hardware_concurrency()) ? 2000 : 0) {}
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
