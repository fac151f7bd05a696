//===- Attention.cpp - Attention by blocks with an online softmax ----------------===//
//
// For each block of queries of a head the keys go by in blocks. `out` holds the sum of exp(score - maximum) * v so far;
// a new maximum rescales it. At the end it is divided by the sum of the exponentials.
//
//===------------------------------------------------------------------------===//

#include "cpu/AttentionBlocks.h"

#include <cmath>

using namespace shardrt;
using namespace shardrt::cpu;

namespace {

/// One head of one sample: rows of q and out lie `queryStride` elements apart, rows of k and v `keyStride`.
template <typename T> struct Head {
  const T *q, *k, *v;
  T *out, *lse;
  int64_t queryStride, keyStride;
};

/// Maximum and sum of exponentials of each query of a block.
template <typename T> struct OnlineSoftmax {
  T maximum[attentionBlock];
  double sum[attentionBlock];
};

} // namespace

template <typename T> static void scaleRow(T *row, int64_t count, T factor) {
  for (int64_t d = 0; d < count; ++d)
    row[d] *= factor;
}

/// Turns the scores of query `i` into weights under the new maximum, and rescales what the old one gave. A row without
/// a key that is seen keeps the maximum minus infinity and gets zeros; a score that is no number makes the row no
/// number.
template <typename T>
static void absorbRow(T *scores, int64_t keys, OnlineSoftmax<T> &softmax, int64_t i, T *out, int64_t dim) {
  T maximum = std::max(softmax.maximum[i], largest(scores, keys));
  if (maximum > softmax.maximum[i]) {
    T factor = std::exp(softmax.maximum[i] - maximum);
    softmax.sum[i] *= static_cast<double>(factor);
    scaleRow(out, dim, factor);
    softmax.maximum[i] = maximum;
  }
  bool none = maximum == -std::numeric_limits<T>::infinity();
  softmax.sum[i] += expShifted(scores, keys, none ? T(0) : maximum);
}

template <typename T>
static void attendBlock(const Head<T> &head, int64_t begin, const int32_t *qPositions, const int32_t *kPositions,
                        const AttentionShape &shape, T *scores) {
  PositionBlock queries(qPositions, begin, shape.qLen);
  OnlineSoftmax<T> softmax;
  std::fill_n(softmax.maximum, attentionBlock, -std::numeric_limits<T>::infinity());
  std::fill_n(softmax.sum, attentionBlock, 0.0);
  const T *q = head.q + begin * head.queryStride;
  T *out = head.out + begin * head.queryStride;
  for (int64_t i = 0; i < queries.count; ++i)
    std::fill_n(out + i * head.queryStride, shape.dim, T(0));
  for (int64_t at = 0; at < shape.kLen; at += attentionBlock) {
    PositionBlock keys(kPositions, at, shape.kLen);
    Visible visible = visibility(queries, keys, shape);
    if (visible == Visible::None)
      continue;
    scoreBlock(q, head.queryStride, head.k + at * head.keyStride, head.keyStride, queries, keys, visible, shape,
               scores);
    for (int64_t i = 0; i < queries.count; ++i)
      absorbRow(scores + i * attentionBlock, keys.count, softmax, i, out + i * head.queryStride, shape.dim);
    gemm(false, false, queries.count, shape.dim, keys.count, T(1), scores, attentionBlock, head.v + at * head.keyStride,
         head.keyStride, T(1), out, head.queryStride);
  }
  for (int64_t i = 0; i < queries.count; ++i) {
    if (softmax.sum[i] != 0)
      scaleRow(out + i * head.queryStride, shape.dim, static_cast<T>(1 / softmax.sum[i]));
    head.lse[begin + i] = static_cast<T>(static_cast<double>(softmax.maximum[i]) + std::log(softmax.sum[i]));
  }
}

template <typename T> void cpu::attention(const AttentionTensors &tensors, const AttentionShape &shape) {
  T *scores = static_cast<T *>(tensors.workspace);
  int64_t queryStride = shape.heads * shape.dim, keyStride = shape.kvHeads * shape.dim,
          share = shape.heads / shape.kvHeads;
  for (int64_t b = 0; b < shape.batch; ++b)
    for (int64_t h = 0; h < shape.heads; ++h) {
      int64_t query = b * shape.qLen * queryStride + h * shape.dim,
              key = b * shape.kLen * keyStride + h / share * shape.dim;
      Head<T> head{static_cast<const T *>(tensors.q) + query,
                   static_cast<const T *>(tensors.k) + key,
                   static_cast<const T *>(tensors.v) + key,
                   static_cast<T *>(tensors.out) + query,
                   static_cast<T *>(tensors.lse) + (b * shape.heads + h) * shape.qLen,
                   queryStride,
                   keyStride};
      for (int64_t begin = 0; begin < shape.qLen; begin += attentionBlock)
        attendBlock(head, begin, tensors.qPositions + b * shape.qLen, tensors.kPositions + b * shape.kLen, shape,
                    scores);
    }
}

template void cpu::attention<float>(const AttentionTensors &, const AttentionShape &);
template void cpu::attention<double>(const AttentionTensors &, const AttentionShape &);

int32_t cpu::run(const AttentionTask &task) {
  dispatch(task.dtype, [&]<typename T>(T) { attention<T>(task.tensors, task.shape); });
  return 0;
}
