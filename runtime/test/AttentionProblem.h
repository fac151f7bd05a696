//===- AttentionProblem.h - Cases that attention is tested with -----------------------===//
#ifndef SHARDRT_TEST_ATTENTIONPROBLEM_H
#define SHARDRT_TEST_ATTENTIONPROBLEM_H

#include "cpu/Kernels.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace shardrt {

/// A shape of attention.
struct AttentionCase {
  const char *name;
  int64_t batch, qLen, kLen, heads, kvHeads, dim;
  bool causal;
  int64_t window;
  int64_t spread; ///< positions are 0, spread, 2 spread, ...; 0: shuffled
};

/// Random operands for a case, and room for the results.
template <typename T> struct AttentionProblem {
  AttentionShape shape;
  std::vector<T> q, k, v, dout, out, dq, dk, dv, workspace;
  std::vector<Wide<T>> lse;
  std::vector<int32_t> qPositions, kPositions;

  explicit AttentionProblem(const AttentionCase &c)
      : shape{c.batch, c.qLen, c.kLen, c.heads, c.kvHeads, c.dim, c.causal, c.window, 1 / std::sqrt(double(c.dim))} {
    std::mt19937 random(1);
    auto fill = [&](std::vector<T> &values, int64_t count) {
      for (int64_t i = 0; i < count; ++i)
        values.push_back(static_cast<T>(static_cast<float>(std::normal_distribution<>()(random))));
    };
    fill(q, c.batch * c.qLen * c.heads * c.dim);
    fill(dout, c.batch * c.qLen * c.heads * c.dim);
    fill(k, c.batch * c.kLen * c.kvHeads * c.dim);
    fill(v, c.batch * c.kLen * c.kvHeads * c.dim);
    out.assign(q.size(), T(7));
    dq = out;
    lse.assign(static_cast<size_t>(c.batch * c.qLen * c.heads), Wide<T>(7));
    dk.assign(k.size(), T(7));
    dv = dk;
    workspace.resize(SHARDRT_ATTENTION_WORKSPACE(c.qLen, c.kLen, c.dim, sizeof(T)) / sizeof(T));
    for (auto [positions, length] : {std::pair(&qPositions, c.qLen), std::pair(&kPositions, c.kLen)})
      for (int64_t b = 0; b < c.batch; ++b) {
        std::vector<int32_t> sample(static_cast<size_t>(length));
        for (int64_t i = 0; i < length; ++i)
          sample[static_cast<size_t>(i)] = static_cast<int32_t>(i * std::max<int64_t>(c.spread, 1));
        if (c.spread == 0)
          std::shuffle(sample.begin(), sample.end(), random);
        positions->insert(positions->end(), sample.begin(), sample.end());
      }
  }

  AttentionTensors tensors() {
    return {q.data(),          k.data(),   v.data(),   qPositions.data(),
            kPositions.data(), out.data(), lse.data(), workspace.data()};
  }
  void forward() { cpu::attention<T>(tensors(), shape); }
  AttentionGradients gradients() { return {dout.data(), dq.data(), dk.data(), dv.data()}; }
  void backward() { cpu::attentionGrad<T>(tensors(), gradients(), shape); }

  bool sees(int64_t b, int64_t i, int64_t j) const {
    int64_t query = qPositions[static_cast<size_t>(b * shape.qLen + i)],
            key = kPositions[static_cast<size_t>(b * shape.kLen + j)];
    return !shape.causal || (key <= query && (shape.window <= 0 || query - key < shape.window));
  }
};

} // namespace shardrt
#endif
