//===- ArenaPlanner.cpp - Offsets for buffers that live for a while ----------------------------===//
#include "PlacedBuffers.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

using namespace shardc;
using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::SmallVectorImpl;

using Order = SmallVector<unsigned, 0>;

//=== ------------------------------------------------------------------------------------------===//
// The lower bound
//=== ------------------------------------------------------------------------------------------===//

namespace {

/// A moment at which buffers may conflict: a position in list order, as seen from one stream, or from the list itself.
struct Moment {
  unsigned position;
  std::optional<unsigned> stream;

  /// Returns the position from which on the buffer is over, as seen from here.
  unsigned endOf(const ArenaBuffer &buffer) const { return stream ? buffer.release[*stream] : buffer.end + 1; }
  bool isIn(const ArenaBuffer &buffer) const { return buffer.begin <= position && position < endOf(buffer); }
};

} // namespace

/// Appends the moments with the most bytes, of those that are local maxima.
static void addPeaks(ArrayRef<ArenaBuffer> buffers, std::optional<unsigned> stream, SmallVectorImpl<Moment> &peaks) {
  unsigned length = 0;
  for (const ArenaBuffer &buffer : buffers)
    length = std::max(length, Moment{0, stream}.endOf(buffer) + 1);
  SmallVector<int64_t, 0> live(length, 0);
  for (const ArenaBuffer &buffer : buffers) {
    if (Moment{0, stream}.endOf(buffer) <= buffer.begin) // there is no such stream
      return;
    live[buffer.begin] += buffer.bytes;
    live[Moment{0, stream}.endOf(buffer)] -= buffer.bytes;
  }
  std::partial_sum(live.begin(), live.end(), live.begin());
  SmallVector<unsigned, 0> found;
  for (unsigned i = 0; i < length; ++i)
    if ((i == 0 || live[i] > live[i - 1]) && (i + 1 == length || live[i] >= live[i + 1]))
      found.push_back(i);
  constexpr size_t most = 8;
  llvm::stable_sort(found, [&](unsigned a, unsigned b) { return live[a] > live[b]; });
  for (unsigned position : ArrayRef<unsigned>(found).take_front(most))
    peaks.push_back({position, stream});
}

namespace {

/// A set of buffers that conflict pairwise.
class ConflictingSet {
public:
  ConflictingSet() { firstRelease.fill(std::numeric_limits<unsigned>::max()); }

  /// Adds `buffer` if it conflicts with all members: none of them is over when it begins, and it is not over when one
  /// of them begins. Members that begin later are no matter in the first question, nor those that begin earlier in the
  /// second, since a buffer is released after its begin.
  void addIfConflicting(const ArenaBuffer &buffer) {
    if (firstRelease[buffer.stream] <= buffer.begin)
      return;
    for (unsigned stream = 0; stream < maxStreams; ++stream)
      if (lastBegin[stream] > buffer.begin && lastBegin[stream] >= buffer.release[stream])
        return;
    bytes += buffer.bytes;
    lastBegin[buffer.stream] = std::max(lastBegin[buffer.stream], buffer.begin);
    for (unsigned stream = 0; stream < maxStreams; ++stream)
      firstRelease[stream] = std::min(firstRelease[stream], buffer.release[stream]);
  }
  int64_t getBytes() const { return bytes; }

private:
  int64_t bytes = 0;
  std::array<unsigned, maxStreams> lastBegin{};  ///< of the members that begin on each stream
  std::array<unsigned, maxStreams> firstRelease; ///< of all members, as seen from each stream
};

} // namespace

/// Returns the bytes of a set of buffers that conflict pairwise: those in which `moment` lies, as far as they do, the
/// largest first, and then any others.
static int64_t weighSet(ArrayRef<ArenaBuffer> buffers, ArrayRef<unsigned> bySize, Moment moment) {
  ConflictingSet set;
  for (bool inMoment : {true, false})
    for (unsigned index : bySize)
      if (moment.isIn(buffers[index]) == inMoment)
        set.addIfConflicting(buffers[index]);
  return set.getBytes();
}

/// Buffers that are live at one moment of the list conflict pairwise: in list order, which is a legal one, neither is
/// over before the other begins. Seen from a stream more are live, most of which conflict.
static int64_t lowerBound(ArrayRef<ArenaBuffer> buffers, ArrayRef<unsigned> bySize) {
  SmallVector<Moment> peaks;
  addPeaks(buffers, std::nullopt, peaks);
  for (unsigned stream = 0; stream < maxStreams; ++stream)
    addPeaks(buffers, stream, peaks);
  int64_t bound = 0;
  for (Moment peak : peaks)
    bound = std::max(bound, weighSet(buffers, bySize, peak));
  return bound;
}

//=== ------------------------------------------------------------------------------------------===//
// Placing
//=== ------------------------------------------------------------------------------------------===//

/// Places buffers in `order`, each at the lowest offset where no placed one that it conflicts with lies; as far as they
/// take at most `limit` bytes.
static ArenaPlan placeInOrder(ArrayRef<ArenaBuffer> buffers, ArrayRef<unsigned> order, int64_t limit,
                              PlacedBuffers &placed) {
  ArenaPlan plan;
  plan.offsets.resize(buffers.size(), 0);
  placed.clear();
  for (unsigned index : order) {
    int64_t offset = placed.findRoom(index);
    placed.place(index, offset);
    plan.offsets[index] = offset;
    plan.bytes = std::max(plan.bytes, offset + buffers[index].bytes);
    if (plan.bytes > limit)
      break;
  }
  return plan;
}

/// Returns how long a buffer blocks its bytes on the stream that it is begun on.
static unsigned lifetime(const ArenaBuffer &buffer) {
  return buffer.release[buffer.stream] - buffer.begin;
}

/// Returns all buffers, those with the greatest key first; ties by position in the list.
template <typename Key> static Order orderBy(ArrayRef<ArenaBuffer> buffers, Key key) {
  Order order(buffers.size());
  std::iota(order.begin(), order.end(), 0);
  llvm::stable_sort(order, [&](unsigned a, unsigned b) { return key(buffers[a]) > key(buffers[b]); });
  return order;
}

namespace {

/// Tries orders until the bound is met or the tries are used up, and keeps the best plan.
class Search {
public:
  Search(ArrayRef<ArenaBuffer> buffers, int64_t bound) : bound(bound), buffers(buffers), placed(buffers) {
    // As many tries as take a fraction of a second where each compares all pairs of buffers: an upper bound.
    int64_t comparisons = std::max<int64_t>(1, buffers.size() * buffers.size() / 2);
    tries = std::clamp<int64_t>(400'000'000 / comparisons, 4, 2000);
  }

  bool isDone() const { return tries <= 0 || (!best.offsets.empty() && best.bytes <= bound); }
  /// Places in this order, then again and again with the buffers that reached beyond the bound first: they found no
  /// room because they came late.
  void improve(Order order) {
    constexpr int rounds = 16;
    for (int round = 0; round < rounds && !isDone(); ++round) {
      ArenaPlan plan = attempt(order);
      auto reachesBeyond = [&](unsigned index) { return plan.offsets[index] + buffers[index].bytes > bound; };
      Order next;
      llvm::copy_if(order, std::back_inserter(next), reachesBeyond);
      llvm::copy_if(order, std::back_inserter(next), [&](unsigned index) { return !reachesBeyond(index); });
      if (next == order)
        return;
      order = std::move(next);
    }
  }
  /// Moves a few buffers of the best order to other positions, and stays with what is no worse. The generator is our
  /// own, so that a plan is the same everywhere.
  void shake() {
    uint32_t state = 1;
    auto random = [&](size_t limit) {
      state = state * 1664525u + 1013904223u;
      return (state >> 8) % limit;
    };
    Order order = bestOrder;
    int64_t bytes = best.bytes;
    while (!isDone()) {
      Order next = order;
      for (size_t moves = 1 + random(3); moves-- > 0;) {
        size_t from = random(next.size()), to = random(next.size());
        std::rotate(next.begin() + std::min(from, to), next.begin() + (from < to ? from + 1 : from),
                    next.begin() + std::max(from, to) + 1);
      }
      if (int64_t tried = attempt(next, bytes).bytes; tried <= bytes) {
        bytes = tried;
        order = std::move(next);
      }
    }
  }

  ArenaPlan best;
  const int64_t bound;

private:
  /// Places in this order; gives up where that takes more than `limit` bytes, which must be no fewer than the best
  /// plan.
  ArenaPlan attempt(const Order &order, int64_t limit = std::numeric_limits<int64_t>::max()) {
    ArenaPlan plan = placeInOrder(buffers, order, limit, placed);
    if (best.offsets.empty() || plan.bytes < best.bytes) {
      best = plan;
      bestOrder = order;
    }
    --tries;
    return plan;
  }

  ArrayRef<ArenaBuffer> buffers;
  PlacedBuffers placed;
  int64_t tries;
  Order bestOrder;
};

} // namespace

ArenaPlan shardc::planArena(ArrayRef<ArenaBuffer> buffers) {
  if (buffers.empty())
    return {};
  using Pair = std::pair<int64_t, int64_t>;
  Order bySize = orderBy(buffers, [](const ArenaBuffer &b) { return Pair(b.bytes, lifetime(b)); });
  Search search(buffers, lowerBound(buffers, bySize));
  search.improve(orderBy(buffers, [](const ArenaBuffer &b) { return Pair(lifetime(b), b.bytes); }));
  search.improve(bySize);
  search.improve(orderBy(buffers, [](const ArenaBuffer &b) { return b.bytes * lifetime(b); }));
  search.improve(orderBy(buffers, [](const ArenaBuffer &b) { return Pair(-static_cast<int64_t>(b.begin), b.bytes); }));
  if (search.best.bytes > search.bound + search.bound / 100)
    search.shake();
  search.best.lowerBound = search.bound;
  return search.best;
}
