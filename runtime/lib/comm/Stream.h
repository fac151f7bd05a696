//===- Stream.h - One rank's part of a collective as one sequence -------------===//
#ifndef SHARDRT_LIB_COMM_STREAM_H
#define SHARDRT_LIB_COMM_STREAM_H

#include "comm/Collective.h"

namespace shardrt {

/// The elements of rank `position`'s part of all segments, one after the other, without padding. They lie in the
/// wholes, or by themselves in the parts. Chunks of the sequence are what a communicator sends, however many segments
/// and blocks they cover.
template <typename T> class Stream {
public:
  enum Place { InWhole, InPart };

  /// `base + segment.*offset` is where a segment begins; `size` is the number of ranks.
  Stream(const shardrt_collective_desc &desc, char *base, int64_t shardrt_segment::*offset, Place place,
         int64_t position, int64_t size)
      : desc(desc), base(base), offset(offset), place(place), position(position), size(size) {}

  int64_t length() const {
    int64_t sum = 0;
    for (int32_t i = 0; i < desc.num_segments; ++i)
      sum += runs(i).count * runs(i).length;
    return sum;
  }

  /// Calls `visit(T *, int64_t)` on the runs of memory that hold the elements [begin, begin + count), in order.
  template <typename Visit> void forEachRun(int64_t begin, int64_t count, Visit visit) const {
    for (int32_t i = 0; i < desc.num_segments && count > 0; ++i) {
      Runs all = runs(i);
      int64_t elements = all.count * all.length;
      for (; begin < elements && count > 0;) {
        int64_t column = begin % all.length, length = std::min(count, all.length - column);
        visit(all.first + begin / all.length * all.stride + column, length);
        begin += length;
        count -= length;
      }
      begin -= elements;
    }
  }

  /// Returns the elements [begin, begin + count) where they lie as one run of memory, otherwise null.
  T *contiguous(int64_t begin, int64_t count) const {
    T *run = nullptr;
    forEachRun(begin, count, [&](T *data, int64_t length) { run = length == count ? data : nullptr; });
    return run;
  }

  /// Returns the elements as one run of memory: where they lie, or copied to `buffer`.
  const T *packed(int64_t begin, int64_t count, T *buffer) const {
    if (const T *run = contiguous(begin, count))
      return run;
    forEachRun(begin, count, [to = buffer](const T *data, int64_t length) mutable {
      std::memcpy(to, data, static_cast<size_t>(length) * sizeof(T));
      to += length;
    });
    return buffer;
  }

  /// Writes elements that lie as one run of memory to their places.
  void unpack(int64_t begin, int64_t count, const T *from) const {
    forEachRun(begin, count, [from](T *data, int64_t length) mutable {
      if (data != from)
        std::memcpy(data, from, static_cast<size_t>(length) * sizeof(T));
      from += length;
    });
  }

private:
  const shardrt_collective_desc &desc;
  char *base;
  int64_t shardrt_segment::*offset;
  Place place;
  int64_t position, size;

  /// One segment's elements: `count` runs of `length`, `stride` apart.
  struct Runs {
    T *first;
    int64_t count, length, stride;
  };
  Runs runs(int32_t i) const {
    shardrt_segment segment = desc.segments[i];
    if (desc.kind == SHARDRT_ALL_REDUCE)
      segment = sliced(segment, size);
    int64_t columns = validColumns(segment, position), stride = place == InWhole ? segment.total : segment.part;
    if (columns == 0)
      return {nullptr, 0, 1, 1};
    T *first = reinterpret_cast<T *>(base + segment.*offset) + (place == InWhole ? position * segment.part : 0);
    if (columns == stride)
      return {first, 1, segment.outer * columns, segment.outer * columns};
    return {first, segment.outer, columns, stride};
  }
};

} // namespace shardrt
#endif
