//===- PlacedBuffers.cpp - The buffers of an arena that have their place -----------------------===//
#include "PlacedBuffers.h"
#include "llvm/ADT/STLExtras.h"

using namespace shardc;
using llvm::ArrayRef;

//=== ------------------------------------------------------------------------------------------===//
// Sets of addresses
//=== ------------------------------------------------------------------------------------------===//

void AddressSet::add(int64_t begin, int64_t end) {
  auto *first = llvm::partition_point(intervals, [&](const Interval &interval) { return interval.end < begin; });
  auto *last = first;
  for (; last != intervals.end() && last->begin <= end; ++last) {
    begin = std::min(begin, last->begin);
    end = std::max(end, last->end);
  }
  if (first == last) {
    intervals.insert(first, {begin, end});
    return;
  }
  *first = {begin, end};
  intervals.erase(first + 1, last);
}

//=== ------------------------------------------------------------------------------------------===//
// Buffers
//=== ------------------------------------------------------------------------------------------===//

/// Calls `visit` with the fewest nodes that make up leaves `first` to `last` of a tree with `numLeaves`.
template <typename Visit> static void forEachPart(unsigned first, unsigned last, unsigned numLeaves, Visit visit) {
  for (first += numLeaves, last += numLeaves; first < last; first /= 2, last /= 2) {
    if (first % 2 == 1)
      visit(first++);
    if (last % 2 == 1)
      visit(--last);
  }
}

/// Calls `visit` with the nodes from a leaf to the root.
template <typename Visit> static void forEachAncestor(unsigned leaf, unsigned numLeaves, Visit visit) {
  for (unsigned node = leaf + numLeaves; node > 0; node /= 2)
    visit(node);
}

PlacedBuffers::PlacedBuffers(ArrayRef<ArenaBuffer> buffers) : buffers(buffers), spans(buffers.size()) {
  for (const ArenaBuffer &buffer : buffers)
    streams[buffer.stream].begins.push_back(buffer.begin);
  for (auto [number, stream] : llvm::enumerate(streams)) {
    llvm::sort(stream.begins);
    stream.begins.erase(llvm::unique(stream.begins), stream.begins.end());
    stream.nodes.resize(2 * stream.begins.size());
    auto leafOf = [&begins = stream.begins](unsigned position) -> unsigned {
      return llvm::lower_bound(begins, position) - begins.begin();
    };
    for (auto [buffer, span] : llvm::zip(buffers, spans))
      span[number] = {leafOf(buffer.begin), leafOf(buffer.release[number])};
  }
}

void PlacedBuffers::clear() {
  for (Stream &stream : streams)
    for (Node &node : stream.nodes) {
      node.live.clear();
      node.begun.clear();
    }
}

/// A buffer conflicts with those that live where it begins, and with those that begin where it lives.
int64_t PlacedBuffers::findRoom(unsigned index) {
  cursors.clear();
  const ArenaBuffer &buffer = buffers[index];
  const Stream &own = streams[buffer.stream];
  forEachAncestor(spans[index][buffer.stream].first, own.begins.size(),
                  [&](unsigned node) { addSet(own.nodes[node].live); });
  for (auto [stream, span] : llvm::zip(streams, spans[index]))
    forEachPart(span.first, span.last, stream.begins.size(),
                [&stream, this](unsigned node) { addSet(stream.nodes[node].begun); });
  // Until all have been asked in turn since the offset last moved.
  int64_t offset = 0;
  for (size_t i = 0, numQuiet = 0; numQuiet < cursors.size(); i = i + 1 == cursors.size() ? 0 : i + 1)
    numQuiet = cursors[i].findRoom(offset, buffer.bytes) ? 1 : numQuiet + 1;
  return offset;
}

void PlacedBuffers::place(unsigned index, int64_t offset) {
  const ArenaBuffer &buffer = buffers[index];
  int64_t end = offset + buffer.bytes;
  Stream &own = streams[buffer.stream];
  forEachAncestor(spans[index][buffer.stream].first, own.begins.size(),
                  [&](unsigned node) { own.nodes[node].begun.add(offset, end); });
  for (auto [stream, span] : llvm::zip(streams, spans[index]))
    forEachPart(span.first, span.last, stream.begins.size(),
                [&, &stream = stream](unsigned node) { stream.nodes[node].live.add(offset, end); });
}
