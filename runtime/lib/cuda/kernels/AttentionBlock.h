//===- AttentionBlock.h - What a block of an attention kernel works on -------------===//
//
// A block of threads holds a tile of one side, queries or keys, and takes the other side tile by tile. This is the same
// for every type and every way to multiply tiles.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_KERNELS_ATTENTIONBLOCK_H
#define SHARDRT_LIB_CUDA_KERNELS_ATTENTIONBLOCK_H

#include "AttentionMask.h"
#include "Matrix.h"

namespace shardrt::gpu {

/// The shapes of an attention: queries are [batch, qLen, heads, dim], keys and values [batch, kLen, kvHeads, dim].
struct Shape {
  Int64 batch, qLen, kLen, heads, kvHeads, dim, causal, window;
  double scale; ///< of scores

  DEVICE float factor() const { return float(scale); }
  /// What makes the logarithm to base 2 of a product of a query and a key.
  DEVICE float toLog2() const { return float(scale) * log2OfE; }
  DEVICE Mask mask() const { return {causal, window}; }
};

/// The block's tile of queries: one for each `rows` of them, head and sample. The last tiles begin first: under a
/// causal mask they have the most to do.
struct QueryBlock {
  const Shape &shape;
  int sample, head, kvHead, begin;

  DEVICE QueryBlock(const Shape &shape, int rows) : shape(shape) {
    int pairs = int(shape.batch * shape.heads), pair = block() % pairs;
    begin = (int((shape.qLen + rows - 1) / rows) - 1 - block() / pairs) * rows;
    sample = pair / int(shape.heads);
    head = pair % int(shape.heads);
    kvHead = head / int(shape.heads / shape.kvHeads);
  }

  template <typename T> DEVICE Matrix<T> queries(T *all) const {
    return {all, sample, head, shape.heads, shape.qLen, shape.dim};
  }
  template <typename T> DEVICE Matrix<T> keys(T *all) const {
    return {all, sample, kvHead, shape.kvHeads, shape.kLen, shape.dim};
  }
  /// Where the numbers of the head's queries begin in [batch, heads, qLen].
  template <typename T> DEVICE T *perQuery(T *all) const { return all + (sample * shape.heads + head) * shape.qLen; }
};

/// The block's tile of keys: one for each `rows` of them, key head and sample. The queries of the heads from `head` to
/// `endHead` read it.
struct KeyBlock {
  const Shape &shape;
  int sample, kvHead, begin, head, endHead;

  DEVICE KeyBlock(const Shape &shape, int rows) : shape(shape) {
    int pairs = int(shape.batch * shape.kvHeads), pair = block() % pairs, share = int(shape.heads / shape.kvHeads);
    begin = block() / pairs * rows;
    sample = pair / int(shape.kvHeads);
    kvHead = pair % int(shape.kvHeads);
    head = kvHead * share;
    endHead = head + share;
  }

  template <typename T> DEVICE Matrix<T> queries(T *all, int ofHead) const {
    return {all, sample, ofHead, shape.heads, shape.qLen, shape.dim};
  }
  template <typename T> DEVICE Matrix<T> keys(T *all) const {
    return {all, sample, kvHead, shape.kvHeads, shape.kLen, shape.dim};
  }
  template <typename T> DEVICE T *perQuery(T *all, int ofHead) const {
    return all + (sample * shape.heads + ofHead) * shape.qLen;
  }
};

/// Tiles of `columns` keys that go by a tile of queries, or of queries that go by a tile of keys. Those are left out of
/// which no query may see a key.
template <bool ofKeys, int columns> struct PassingTiles {
  Positions positions;
  Mask mask;
  Range staying, passing;

  /// `positions` are those of what goes by, `staying` the range of what stays.
  DEVICE PassingTiles(const Positions &positions, const Mask &mask, Range staying)
      : positions(positions), mask(mask), staying(staying), passing(staying) {}

  DEVICE int length() const { return positions.length; }
  /// Returns where the first tile at or behind `at` begins that is to be taken, or the length or more.
  DEVICE int from(int at) {
    for (; at < length(); at += columns) {
      passing = positions.range(at, columns);
      if (ofKeys ? mask.mayMeet(staying, passing) : mask.mayMeet(passing, staying))
        break;
    }
    return at;
  }
  /// Whether some pair with what from() found last, at `at`, is not seen or lies beyond the length.
  DEVICE bool masked(int at) const {
    return at + columns > length() || !(ofKeys ? mask.allMeet(staying, passing) : mask.allMeet(passing, staying));
  }
  /// Whether row `at` of what goes by and a row that stays, at `position`, see one another.
  DEVICE bool sees(int position, int at) const {
    return at < length() && (ofKeys ? mask.sees(position, positions[at]) : mask.sees(positions[at], position));
  }
};

/// The keys that go by a block of queries.
template <int columns>
DEVICE PassingTiles<true, columns> keysOf(const QueryBlock &block, const Positions &queries, const int *positions,
                                          int rows) {
  return {{positions, block.sample, block.shape.kLen}, block.shape.mask(), queries.range(block.begin, rows)};
}
/// The queries that go by a block of keys.
template <int columns>
DEVICE PassingTiles<false, columns> queriesOf(const KeyBlock &block, const Positions &keys, const int *positions,
                                              int rows) {
  return {{positions, block.sample, block.shape.qLen}, block.shape.mask(), keys.range(block.begin, rows)};
}

} // namespace shardrt::gpu
#endif
