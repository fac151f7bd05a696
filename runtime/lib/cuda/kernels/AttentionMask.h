//===- AttentionMask.h - Which queries see which keys ------------------------------===//
#ifndef SHARDRT_LIB_CUDA_KERNELS_ATTENTIONMASK_H
#define SHARDRT_LIB_CUDA_KERNELS_ATTENTIONMASK_H

#include "Primitives.h"

namespace shardrt::gpu {

struct Range {
  int least, most;
};

/// The positions of the queries or of the keys of one sample.
struct Positions {
  const int *data;
  int length;

  DEVICE Positions(const int *all, Int64 sample, Int64 length) : data(all + sample * length), length(int(length)) {}

  /// The position of row `at`; beyond the length that of the last row, so that it widens no range.
  DEVICE int operator[](int at) const { return data[min(at, length - 1)]; }

  /// The range of `count` positions from `begin` on; all threads of a warp call this.
  DEVICE Range range(int begin, int count) const {
    int lane = thread() % 32, first = (*this)[begin + min(lane, count - 1)];
    Range range{first, first};
    for (int at = lane + 32; at < count; at += 32) {
      int position = (*this)[begin + at];
      range = {min(range.least, position), max(range.most, position)};
    }
#pragma unroll
    for (int bits = 16; bits > 0; bits /= 2)
      range = {min(range.least, exchange(range.least, bits)), max(range.most, exchange(range.most, bits))};
    return range;
  }
};

/// Which keys a query sees.
struct Mask {
  bool causal;
  unsigned reach; // how far before a query its keys may lie

  DEVICE Mask(Int64 causal, Int64 window)
      : causal(causal != 0), reach(window > 0 && window <= ~0u ? unsigned(window - 1) : ~0u) {}

  DEVICE bool sees(int query, int key) const {
    return !causal || (key <= query && unsigned(query) - unsigned(key) <= reach);
  }
  /// Whether some query of a range may see some key of another.
  DEVICE bool mayMeet(Range queries, Range keys) const {
    return !causal || (keys.least <= queries.most &&
                       (keys.most >= queries.least || unsigned(queries.least) - unsigned(keys.most) <= reach));
  }
  /// Whether every query of a range sees every key of another.
  DEVICE bool allMeet(Range queries, Range keys) const {
    return sees(queries.least, keys.most) && sees(queries.most, keys.least);
  }
};

} // namespace shardrt::gpu
#endif
