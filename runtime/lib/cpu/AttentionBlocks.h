//===- AttentionBlocks.h - What the forward and the backward pass share ---------===//
#ifndef SHARDRT_LIB_CPU_ATTENTIONBLOCKS_H
#define SHARDRT_LIB_CPU_ATTENTIONBLOCKS_H

#include "cpu/Kernels.h"
#include "program/Device.h"

#include <algorithm>
#include <limits>

namespace shardrt::cpu {

constexpr int64_t attentionBlock = SHARDRT_ATTENTION_BLOCK;

/// The positions of one block of rows, and their range.
struct PositionBlock {
  const int32_t *positions;
  int64_t count;
  int64_t least, most;

  PositionBlock(const int32_t *all, int64_t begin, int64_t length)
      : positions(all + begin), count(std::min(attentionBlock, length - begin)) {
    auto [low, high] = std::minmax_element(positions, positions + count);
    least = *low;
    most = *high;
  }
};

/// Which keys of a block the queries of a block see.
enum class Visible { None, Some, All };

inline bool sees(int64_t query, int64_t key, const AttentionShape &shape) {
  return !shape.causal || (key <= query && (shape.window <= 0 || query - key < shape.window));
}

inline Visible visibility(const PositionBlock &queries, const PositionBlock &keys, const AttentionShape &shape) {
  if (sees(queries.least, keys.most, shape) && sees(queries.most, keys.least, shape) &&
      sees(queries.least, keys.least, shape) && sees(queries.most, keys.most, shape))
    return Visible::All;
  if (!shape.causal || (keys.least <= queries.most && (shape.window <= 0 || queries.least - keys.most < shape.window)))
    return Visible::Some;
  return Visible::None;
}

/// scores = scale * queries * keys^T for one head, minus infinity where a key is not seen. Rows of `scores` lie
/// attentionBlock apart.
template <typename T>
void scoreBlock(const T *queries, int64_t queryStride, const T *keys, int64_t keyStride,
                const PositionBlock &queryBlock, const PositionBlock &keyBlock, Visible visible,
                const AttentionShape &shape, T *scores) {
  gemm(false, true, queryBlock.count, keyBlock.count, shape.dim, static_cast<T>(shape.scale), queries, queryStride,
       keys, keyStride, T(0), scores, attentionBlock);
  if (visible == Visible::All)
    return;
  for (int64_t i = 0; i < queryBlock.count; ++i)
    for (int64_t j = 0; j < keyBlock.count; ++j)
      if (!sees(queryBlock.positions[i], keyBlock.positions[j], shape))
        scores[i * attentionBlock + j] = -std::numeric_limits<T>::infinity();
}

} // namespace shardrt::cpu
#endif
