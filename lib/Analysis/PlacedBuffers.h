//===- PlacedBuffers.h - The buffers of an arena that have their place -------------------------===//
//
// Finds first fit without a look at each placed buffer. For each stream a segment tree over the positions at which
// buffers begin on it: a node stands for some successive positions, and knows which addresses are taken there.
// Addresses that touch are one interval, so that a stack of thousands of activations is one.
//
//=== ------------------------------------------------------------------------------------------===//
#ifndef SHARDC_LIB_ANALYSIS_PLACEDBUFFERS_H
#define SHARDC_LIB_ANALYSIS_PLACEDBUFFERS_H

#include "shardc/Analysis/ArenaPlanner.h"

namespace shardc {

struct Interval {
  int64_t begin, end;
};

/// Addresses that are taken: intervals in ascending order that neither overlap nor touch.
class AddressSet {
public:
  void clear() { intervals.clear(); }
  void add(int64_t begin, int64_t end);

  /// Goes through the intervals as an offset grows.
  class Cursor {
  public:
    explicit Cursor(const AddressSet &set) : next(set.intervals.begin()), end(set.intervals.end()) {}
    bool isAtEnd() const { return next == end; }
    /// Moves `offset` up to where `bytes` are free; returns true if it was not there.
    bool findRoom(int64_t &offset, int64_t bytes) {
      while (next != end && next->end <= offset)
        ++next;
      int64_t before = offset;
      for (; next != end && next->begin < offset + bytes; ++next)
        offset = next->end;
      return offset != before;
    }

  private:
    const Interval *next, *end;
  };

private:
  llvm::SmallVector<Interval, 0> intervals;
};

class PlacedBuffers {
public:
  /// None of `buffers` has its place yet.
  explicit PlacedBuffers(llvm::ArrayRef<ArenaBuffer> buffers);

  /// Takes all buffers out again.
  void clear();
  /// Returns the lowest offset for buffer `index` where no placed one that it conflicts with lies.
  int64_t findRoom(unsigned index);
  void place(unsigned index, int64_t offset);

private:
  struct Node {
    AddressSet live;  ///< of buffers that live at all positions of the node, and not at all of its parent
    AddressSet begun; ///< of buffers that begin at one of its positions
  };
  /// Node 1 is the root, and the children of node i are 2 i and 2 i + 1; leaf i, the last nodes, is for `begins[i]`.
  struct Stream {
    llvm::SmallVector<unsigned, 0> begins;
    llvm::SmallVector<Node, 0> nodes;
  };
  /// Those of a stream's leaves at which a buffer lives.
  struct Span {
    unsigned first = 0, last = 0;
  };

  void addSet(const AddressSet &set) {
    if (AddressSet::Cursor cursor(set); !cursor.isAtEnd())
      cursors.push_back(cursor);
  }

  llvm::ArrayRef<ArenaBuffer> buffers;
  std::array<Stream, maxStreams> streams;
  llvm::SmallVector<std::array<Span, maxStreams>, 0> spans; ///< for each buffer
  llvm::SmallVector<AddressSet::Cursor> cursors;            ///< of what the buffer at hand conflicts with
};

} // namespace shardc

#endif // SHARDC_LIB_ANALYSIS_PLACEDBUFFERS_H
