//===- ArenaPlanner.cpp - Offsets for buffers that live for a while -----------------------------------------------------------===//
#include "shardc/Analysis/ArenaPlanner.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <numeric>

using namespace shardc;
using llvm::ArrayRef;
using llvm::SmallVector;

using Order = SmallVector<unsigned, 0>;

//===----------------------------------------------------------------------------------------------------------------------===//
// The lower bound
//===----------------------------------------------------------------------------------------------------------------------===//

/// Returns the bytes that are live in list order when each task runs. Buffers that are live at one task conflict pairwise: in
/// list order, which is a legal one, neither is over before the other begins.
static SmallVector<int64_t, 0> liveBytes(ArrayRef<ArenaBuffer> buffers) {
  unsigned length = 0;
  for (const ArenaBuffer &buffer : buffers)
    length = std::max(length, buffer.end + 2);
  SmallVector<int64_t, 0> live(length, 0);
  for (const ArenaBuffer &buffer : buffers) {
    live[buffer.begin] += buffer.bytes;
    live[buffer.end + 1] -= buffer.bytes;
  }
  std::partial_sum(live.begin(), live.end(), live.begin());
  return live;
}

/// Adds to the buffers that are live at `position` those that conflict with all of them, the largest first; returns their
/// bytes.
static int64_t extendedBound(ArrayRef<ArenaBuffer> buffers, ArrayRef<unsigned> bySize, unsigned position) {
  Order members;
  int64_t bytes = 0;
  auto isLive = [&](const ArenaBuffer &buffer) { return buffer.begin <= position && position <= buffer.end; };
  auto add = [&](unsigned index) {
    members.push_back(index);
    bytes += buffers[index].bytes;
  };
  for (unsigned index : bySize)
    if (isLive(buffers[index]))
      add(index);
  for (unsigned index : bySize)
    if (!isLive(buffers[index]) && llvm::all_of(members, [&](unsigned m) { return buffers[m].conflictsWith(buffers[index]); }))
      add(index);
  return bytes;
}

static int64_t lowerBound(ArrayRef<ArenaBuffer> buffers, ArrayRef<unsigned> bySize) {
  SmallVector<int64_t, 0> live = liveBytes(buffers);
  Order peaks;
  for (unsigned i = 0; i < live.size(); ++i)
    if ((i == 0 || live[i] > live[i - 1]) && (i + 1 == live.size() || live[i] >= live[i + 1]))
      peaks.push_back(i);
  constexpr size_t tried = 8;
  llvm::stable_sort(peaks, [&](unsigned a, unsigned b) { return live[a] > live[b]; });
  int64_t bound = 0;
  for (unsigned peak : ArrayRef<unsigned>(peaks).take_front(tried))
    bound = std::max(bound, extendedBound(buffers, bySize, peak));
  return bound;
}

//===----------------------------------------------------------------------------------------------------------------------===//
// Placing
//===----------------------------------------------------------------------------------------------------------------------===//

namespace {
/// A buffer that has its place; kept sorted by offset.
struct Placed {
  int64_t offset, end;
  ArenaBuffer buffer;
};
} // namespace

/// Places buffers in `order`, each at the lowest offset where no placed one that it conflicts with lies.
static ArenaPlan placeInOrder(ArrayRef<ArenaBuffer> buffers, ArrayRef<unsigned> order) {
  ArenaPlan plan;
  plan.offsets.resize(buffers.size(), 0);
  SmallVector<Placed, 0> placed;
  placed.reserve(buffers.size());
  for (unsigned index : order) {
    const ArenaBuffer &buffer = buffers[index];
    int64_t offset = 0;
    for (const Placed &other : placed) {
      if (other.offset >= offset + buffer.bytes)
        break;
      if (other.end > offset && other.buffer.conflictsWith(buffer))
        offset = other.end;
    }
    plan.offsets[index] = offset;
    plan.bytes = std::max(plan.bytes, offset + buffer.bytes);
    auto *at = llvm::upper_bound(placed, offset, [](int64_t value, const Placed &other) { return value < other.offset; });
    placed.insert(at, {offset, offset + buffer.bytes, buffer});
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

/// Moves the buffers that reach beyond `bound` to the front: they found no room because they came late.
static bool promote(Order &order, ArrayRef<ArenaBuffer> buffers, const ArenaPlan &plan, int64_t bound) {
  auto reachesBeyond = [&](unsigned index) { return plan.offsets[index] + buffers[index].bytes > bound; };
  Order promoted;
  llvm::copy_if(order, std::back_inserter(promoted), reachesBeyond);
  llvm::copy_if(order, std::back_inserter(promoted), [&](unsigned index) { return !reachesBeyond(index); });
  std::swap(order, promoted);
  return order != promoted;
}

ArenaPlan shardc::planArena(ArrayRef<ArenaBuffer> buffers) {
  using Pair = std::pair<int64_t, int64_t>;
  Order bySize = orderBy(buffers, [](const ArenaBuffer &b) { return Pair(b.bytes, lifetime(b)); });
  int64_t bound = lowerBound(buffers, bySize);
  Order byLifetime = orderBy(buffers, [](const ArenaBuffer &b) { return Pair(lifetime(b), b.bytes); });
  Order byArea = orderBy(buffers, [](const ArenaBuffer &b) { return b.bytes * lifetime(b); });
  Order byBegin = orderBy(buffers, [](const ArenaBuffer &b) { return Pair(-static_cast<int64_t>(b.begin), b.bytes); });

  // A try costs at most n^2 / 2 comparisons; all of them together stay within a fraction of a second.
  int64_t comparisons = std::max<int64_t>(1, buffers.size() * buffers.size() / 2);
  int64_t tries = std::clamp<int64_t>(400'000'000 / comparisons, 2, 40);
  ArenaPlan best;
  auto attempt = [&](ArrayRef<unsigned> order) {
    ArenaPlan plan = placeInOrder(buffers, order);
    if (best.offsets.empty() || plan.bytes < best.bytes)
      best = plan;
    --tries;
    return plan;
  };
  for (Order *order : {&byLifetime, &bySize, &byArea, &byBegin}) {
    if (tries <= 0 || (!best.offsets.empty() && best.bytes == bound))
      break;
    ArenaPlan plan = attempt(*order);
    for (int round = 0; round < 8 && tries > 0 && best.bytes > bound && promote(*order, buffers, plan, bound); ++round)
      plan = attempt(*order);
  }
  best.lowerBound = bound;
  return best;
}
