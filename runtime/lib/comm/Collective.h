//===- Collective.h - What all communicators share ----------------------------===//
//
// The record by which ranks check that they came with the same collective, and the reduction in rank order that makes a
// sum the same bits whatever moved the data.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_COMM_COLLECTIVE_H
#define SHARDRT_LIB_COMM_COLLECTIVE_H

#include "program/BFloat16.h"
#include "shardrt/abi.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <string>

namespace shardrt {

/// What a rank says of its collective before any data moves. Without pointers, so that processes can exchange it.
struct CollectiveRecord {
  int32_t kind, reduction, dtype, group, index, segments;
  int64_t elements; ///< of the wholes of all segments
  uint64_t shape;   ///< a hash of the sizes of all segments
  char cause[216];  ///< zero-terminated, cut where it is longer

  explicit CollectiveRecord(const shardrt_collective_desc &desc);
  CollectiveRecord() = default;

  bool agreesWith(const CollectiveRecord &other) const;
  /// Returns a text such as `all_reduce #7 of 128 float32 (tp: rowwise)`.
  std::string describe() const;
};
static_assert(sizeof(CollectiveRecord) == 256, "processes exchange records as bytes");

/// Compares the records of a group's `members` with the first one's, so that all members decide the same. Returns the
/// sentence that names the first two ranks that disagree, or an empty string.
std::string findMismatch(std::span<const int64_t> members, std::span<const CollectiveRecord> records);

/// Returns the columns of a block that rank `position`'s part of a segment has: `part`, fewer or none at the end of the
/// whole.
inline int64_t validColumns(const shardrt_segment &segment, int64_t position) {
  return std::clamp<int64_t>(segment.total - position * segment.part, 0, segment.part);
}

/// Returns an all-reduce's segment as one whose parts are a group's slices of it; they begin at whole cache lines.
inline shardrt_segment sliced(const shardrt_segment &segment, int64_t size) {
  int64_t slice = (segment.total + size - 1) / size;
  return {segment.send, segment.recv, 1, (slice + 15) / 16 * 16, segment.total};
}

/// Calls `body` with a zero of the type that `dtype` names.
template <typename Body> auto withElementType(int32_t dtype, Body body) {
  switch (dtype) {
  case SHARDRT_F32:
    return body(float(0));
  case SHARDRT_F64:
    return body(double(0));
  case SHARDRT_BF16:
    return body(BFloat16(0));
  default:
    return body(int32_t(0));
  }
}

/// Writes the sum or maximum of `count` elements of each rank's `source(rank)` to `dest`, taken in rank order and
/// rounded once: a sum of bfloat16 is taken in float32. A source may be the destination. What is no number stays so in
/// a maximum.
template <typename T, typename Source>
void reduceInOrder(int32_t reduction, int64_t ranks, int64_t count, Source source, T *dest) {
  auto reduce = [&](auto combine) {
    constexpr int64_t block = 512;
    Wide<T> result[block];
    for (int64_t at = 0; at < count; at += block) {
      int64_t length = std::min(block, count - at);
      std::copy_n(source(0) + at, length, result);
      for (int64_t rank = 1; rank < ranks; ++rank) {
        const T *peer = source(rank) + at;
        for (int64_t i = 0; i < length; ++i)
          result[i] = combine(result[i], peer[i]);
      }
      std::transform(result, result + length, dest + at, [](Wide<T> number) { return T(number); });
    }
  };
  if (reduction == SHARDRT_MAX)
    reduce([](Wide<T> a, Wide<T> b) { return a != a || a > b ? a : b; });
  else
    reduce([](Wide<T> a, Wide<T> b) { return static_cast<Wide<T>>(a + b); });
}

} // namespace shardrt
#endif
