//===- AttentionGrad.cpp - The derivative of attention, by blocks ----------------===//
//
// Weights are computed again from q, k and lse: p = exp(score - lse). With dp = dout v^T and delta = rowsum(dout *
// out), ds = p * (dp - delta) * scale, and then dq = ds k, dk = ds^T q, dv = p^T dout. Each block adds to the results
// in place, in one fixed order of heads and blocks.
//
//===------------------------------------------------------------------------===//

#include "cpu/AttentionBlocks.h"

#include <cmath>

using namespace shardrt;
using namespace shardrt::cpu;

namespace {

/// One head of one sample; a key head's gradients gather those of all query heads that read it.
template <typename T> struct HeadGrad {
  const T *q, *k, *v, *out, *lse, *dout;
  T *dq, *dk, *dv;
  int64_t queryStride, keyStride;
};

} // namespace

/// Replaces `weights` by exp(score - lse), and `dweights` by the gradient of the scores.
template <typename T> static void differentiateRow(T *weights, T *dweights, int64_t keys, T lse, T delta, T scale) {
  if (lse == -std::numeric_limits<T>::infinity())
    std::fill(weights, weights + keys, T(0));
  else
    expShifted(weights, keys, lse);
  for (int64_t j = 0; j < keys; ++j)
    dweights[j] = weights[j] * (dweights[j] - delta) * scale;
}

template <typename T>
static void differentiateBlock(const HeadGrad<T> &head, int64_t begin, const int32_t *qPositions,
                               const int32_t *kPositions, const AttentionShape &shape, T *weights, T *dweights) {
  PositionBlock queries(qPositions, begin, shape.qLen);
  int64_t rows = begin * head.queryStride, dim = shape.dim;
  T delta[attentionBlock];
  for (int64_t i = 0; i < queries.count; ++i) {
    const T *dout = head.dout + rows + i * head.queryStride, *out = head.out + rows + i * head.queryStride;
    double sum = 0;
    for (int64_t d = 0; d < dim; ++d)
      sum += static_cast<double>(dout[d]) * static_cast<double>(out[d]);
    delta[i] = static_cast<T>(sum);
    std::fill_n(head.dq + rows + i * head.queryStride, dim, T(0));
  }
  for (int64_t at = 0; at < shape.kLen; at += attentionBlock) {
    PositionBlock keys(kPositions, at, shape.kLen);
    Visible visible = visibility(queries, keys, shape);
    if (visible == Visible::None)
      continue;
    int64_t columns = at * head.keyStride, m = queries.count, n = keys.count;
    scoreBlock(head.q + rows, head.queryStride, head.k + columns, head.keyStride, queries, keys, visible, shape,
               weights);
    gemm(false, true, m, n, dim, T(1), head.dout + rows, head.queryStride, head.v + columns, head.keyStride, T(0),
         dweights, attentionBlock);
    for (int64_t i = 0; i < m; ++i)
      differentiateRow(weights + i * attentionBlock, dweights + i * attentionBlock, n, head.lse[begin + i], delta[i],
                       static_cast<T>(shape.scale));
    gemm(true, false, n, dim, m, T(1), weights, attentionBlock, head.dout + rows, head.queryStride, T(1),
         head.dv + columns, head.keyStride);
    gemm(false, false, m, dim, n, T(1), dweights, attentionBlock, head.k + columns, head.keyStride, T(1),
         head.dq + rows, head.queryStride);
    gemm(true, false, n, dim, m, T(1), dweights, attentionBlock, head.q + rows, head.queryStride, T(1),
         head.dk + columns, head.keyStride);
  }
}

template <typename T>
void cpu::attentionGrad(const AttentionTensors &tensors, const AttentionGradients &gradients,
                        const AttentionShape &shape) {
  T *weights = static_cast<T *>(tensors.workspace), *dweights = weights + attentionBlock * attentionBlock;
  int64_t queryStride = shape.heads * shape.dim, keyStride = shape.kvHeads * shape.dim,
          share = shape.heads / shape.kvHeads;
  std::fill_n(static_cast<T *>(gradients.dk), shape.batch * shape.kLen * keyStride, T(0));
  std::fill_n(static_cast<T *>(gradients.dv), shape.batch * shape.kLen * keyStride, T(0));
  for (int64_t b = 0; b < shape.batch; ++b)
    for (int64_t h = 0; h < shape.heads; ++h) {
      int64_t query = b * shape.qLen * queryStride + h * shape.dim,
              key = b * shape.kLen * keyStride + h / share * shape.dim;
      HeadGrad<T> head{static_cast<const T *>(tensors.q) + query,
                       static_cast<const T *>(tensors.k) + key,
                       static_cast<const T *>(tensors.v) + key,
                       static_cast<const T *>(tensors.out) + query,
                       static_cast<const T *>(tensors.lse) + (b * shape.heads + h) * shape.qLen,
                       static_cast<const T *>(gradients.dout) + query,
                       static_cast<T *>(gradients.dq) + query,
                       static_cast<T *>(gradients.dk) + key,
                       static_cast<T *>(gradients.dv) + key,
                       queryStride,
                       keyStride};
      for (int64_t begin = 0; begin < shape.qLen; begin += attentionBlock)
        differentiateBlock(head, begin, tensors.qPositions + b * shape.qLen, tensors.kPositions + b * shape.kLen, shape,
                           weights, dweights);
    }
}

template void cpu::attentionGrad<float>(const AttentionTensors &, const AttentionGradients &, const AttentionShape &);
template void cpu::attentionGrad<double>(const AttentionTensors &, const AttentionGradients &, const AttentionShape &);

int32_t cpu::run(const AttentionGradTask &task) {
  dispatch(task.dtype, [&]<typename T>(T) { attentionGrad<T>(task.tensors, task.gradients, task.shape); });
  return 0;
}
