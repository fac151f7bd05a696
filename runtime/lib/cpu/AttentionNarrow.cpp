//===- AttentionNarrow.cpp - Attention of bfloat16 -------------------------------===//
//
// One head at a time: its rows are widened to float32 in the workspace, attention of float32 runs there, and its
// results are rounded once. The gradients of a key head are summed in float32 over the query heads that read it.
//
//===------------------------------------------------------------------------===//

#include "cpu/Kernels.h"

#include <algorithm>
#include <functional>
#include <utility>

using namespace shardrt;
using namespace shardrt::cpu;

namespace {

/// Where the rows of one head of one sample lie in a tensor [batch, length, heads, dim].
struct HeadRows {
  int64_t begin, stride, length, dim;

  HeadRows(int64_t b, int64_t h, int64_t length, int64_t heads, int64_t dim)
      : begin((b * length * heads + h) * dim), stride(heads * dim), length(length), dim(dim) {}

  int64_t count() const { return length * dim; }
  /// Writes the rows densely to `to`; returns it.
  template <typename From, typename To> To *read(const From *tensor, To *to) const {
    for (int64_t i = 0; i < length; ++i)
      for (int64_t d = 0; d < dim; ++d)
        to[i * dim + d] = tensor[begin + i * stride + d];
    return to;
  }
  template <typename From, typename To> void write(const From *from, To *tensor) const {
    for (int64_t i = 0; i < length; ++i)
      for (int64_t d = 0; d < dim; ++d)
        tensor[begin + i * stride + d] = To(from[i * dim + d]);
  }
};

/// Hands out the workspace, after what attention of float32 needs.
struct Workspace {
  float *next;
  float *take(int64_t count) { return std::exchange(next, next + count); }
};

} // namespace

static AttentionShape ofOneHead(AttentionShape shape) {
  shape.batch = shape.heads = shape.kvHeads = 1;
  return shape;
}

static const BFloat16 *narrow(const void *tensor) {
  return static_cast<const BFloat16 *>(tensor);
}
static BFloat16 *narrow(void *tensor) {
  return static_cast<BFloat16 *>(tensor);
}

template <> void cpu::attention<BFloat16>(const AttentionTensors &tensors, const AttentionShape &shape) {
  for (int64_t b = 0; b < shape.batch; ++b)
    for (int64_t h = 0; h < shape.heads; ++h) {
      HeadRows query(b, h, shape.qLen, shape.heads, shape.dim);
      HeadRows key(b, h / (shape.heads / shape.kvHeads), shape.kLen, shape.kvHeads, shape.dim);
      Workspace rest{static_cast<float *>(tensors.workspace) + SHARDRT_ATTENTION_BLOCKS(shape.dim)};
      float *q = query.read(narrow(tensors.q), rest.take(query.count()));
      float *k = key.read(narrow(tensors.k), rest.take(key.count()));
      float *v = key.read(narrow(tensors.v), rest.take(key.count()));
      float *out = rest.take(query.count()),
            *lse = static_cast<float *>(tensors.lse) + (b * shape.heads + h) * shape.qLen;
      const int32_t *qPositions = tensors.qPositions + b * shape.qLen,
                    *kPositions = tensors.kPositions + b * shape.kLen;
      attention<float>({q, k, v, qPositions, kPositions, out, lse, tensors.workspace}, ofOneHead(shape));
      query.write(out, narrow(tensors.out));
    }
}

template <>
void cpu::attentionGrad<BFloat16>(const AttentionTensors &tensors, const AttentionGradients &gradients,
                                  const AttentionShape &shape) {
  int64_t share = shape.heads / shape.kvHeads;
  for (int64_t b = 0; b < shape.batch; ++b)
    for (int64_t h = 0; h < shape.heads; ++h) {
      HeadRows query(b, h, shape.qLen, shape.heads, shape.dim);
      HeadRows key(b, h / share, shape.kLen, shape.kvHeads, shape.dim);
      Workspace rest{static_cast<float *>(tensors.workspace) + SHARDRT_ATTENTION_BLOCKS(shape.dim)};
      float *sumK = rest.take(key.count()), *sumV = rest.take(key.count());
      float *q = query.read(narrow(tensors.q), rest.take(query.count()));
      float *k = key.read(narrow(tensors.k), rest.take(key.count()));
      float *v = key.read(narrow(tensors.v), rest.take(key.count()));
      float *out = query.read(narrow(tensors.out), rest.take(query.count()));
      float *dout = query.read(narrow(gradients.dout), rest.take(query.count()));
      float *lse = static_cast<float *>(tensors.lse) + (b * shape.heads + h) * shape.qLen;
      float *dq = rest.take(query.count()), *dk = rest.take(key.count()), *dv = rest.take(key.count());
      const int32_t *qPositions = tensors.qPositions + b * shape.qLen,
                    *kPositions = tensors.kPositions + b * shape.kLen;
      attentionGrad<float>({q, k, v, qPositions, kPositions, out, lse, tensors.workspace}, {dout, dq, dk, dv},
                           ofOneHead(shape));
      query.write(dq, narrow(gradients.dq));
      if (h % share == 0) {
        std::fill_n(sumK, key.count(), 0.0f);
        std::fill_n(sumV, key.count(), 0.0f);
      }
      std::transform(sumK, sumK + key.count(), dk, sumK, std::plus());
      std::transform(sumV, sumV + key.count(), dv, sumV, std::plus());
      if (h % share == share - 1) {
        key.write(sumK, narrow(gradients.dk));
        key.write(sumV, narrow(gradients.dv));
      }
    }
}
