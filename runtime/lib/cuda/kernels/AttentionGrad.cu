//===- AttentionGrad.cu - The derivative of attention, by tiles -----------------===//
//
// Weights are computed again from q, k and lse: p = exp(score - lse). With dp = dout v^T and
// delta = rowsum(dout * out), ds = p * (dp - delta) * scale, and then dq = ds k, dk = ds^T q, dv = p^T dout. One kernel
// has delta, one dq by tiles of queries, one dk and dv by tiles of keys: each sum is one thread's own, in a fixed
// order.
//
//===------------------------------------------------------------------------===//

#include "AttentionDelta.h"
#include "AttentionTile.h"

using namespace shardrt::gpu;

KERNEL(threads, 2)
attention_delta(const float *__restrict dout, const float *__restrict out, float *__restrict delta, Int64 all,
                Int64 qLen, Int64 heads, Int64 dim) {
  sumDelta<threads, side>(dout, out, delta, all, qLen, heads, dim);
}

/// First values go by, then the keys.
KERNEL(threads, 2)
attention_grad_queries(const float *__restrict dout, const float *__restrict q, const float *__restrict k,
                       const float *__restrict v, const int *__restrict qPositions, const int *__restrict kPositions,
                       const float *__restrict lse, const float *__restrict delta, float *__restrict dq, Int64 batch,
                       Int64 qLen, Int64 kLen, Int64 heads, Int64 kvHeads, Int64 dim, Int64 causal, Int64 window,
                       double scale) {
  DYNAMIC_SHARED float shared[];
  float *residentQ = shared, *residentDout = residentQ + rows * rowStride, *passing = residentDout + rows * rowStride,
        *weights = passing + columns * rowStride;

  const Shape shape{batch, qLen, kLen, heads, kvHeads, dim, causal, window, scale};
  const QueryBlock block(shape, rows);
  const auto keys = block.keys(k), values = block.keys(v);
  const Positions queryPositions(qPositions, block.sample, qLen);
  auto tiles = keysOf<columns>(block, queryPositions, kPositions, rows);
  const float factor = shape.factor(), toLog2 = shape.toLog2();
  const QueryNumbers<rowsPerThread> query(block, lse, delta, [](int i) { return firstRow() + i; });

  Rows sums;
  clear(sums);
  load<rows>(block.queries(q), block.begin, residentQ);
  load<rows>(block.queries(dout), block.begin, residentDout);
  Fetched<columns> fetched;
  int at = tiles.from(0);
  fetched.fetch(values, at);
  while (at < keys.length) {
    barrier();
    fetched.put(passing);
    barrier();
    fetched.fetch(keys, at);
    Scores products, scores;
    multiply(products, residentDout, passing);
    barrier();
    fetched.put(passing);
    barrier();
    multiply(scores, residentQ, passing);
    bool masked = tiles.masked(at);
    forEach(scores, [&](float &score, int i, int j) {
      float weight = exp2(score * toLog2 - query.shift[i]);
      if (masked && !tiles.sees(queryPositions[block.begin + firstRow() + i], at + columnOf(j)))
        weight = 0;
      score = weight * (products[i][j] - query.delta[i]) * factor;
    });
    putWeights(weights, scores);
    barrier();
    int next = tiles.from(at + columns);
    fetched.fetch(values, next);
    accumulate(sums, weights, passing);
    at = next;
  }
  store(block.queries(dq), block.begin, sums);
}

/// The queries of all heads that read the key head go by, then their dout, then the queries once more.
KERNEL(threads, 2)
attention_grad_keys(const float *__restrict dout, const float *__restrict q, const float *__restrict k,
                    const float *__restrict v, const int *__restrict qPositions, const int *__restrict kPositions,
                    const float *__restrict lse, const float *__restrict delta, float *__restrict dk,
                    float *__restrict dv, Int64 batch, Int64 qLen, Int64 kLen, Int64 heads, Int64 kvHeads, Int64 dim,
                    Int64 causal, Int64 window, double scale) {
  DYNAMIC_SHARED float shared[];
  float *residentK = shared, *residentV = residentK + rows * rowStride, *passing = residentV + rows * rowStride,
        *weights = passing + columns * rowStride;

  const Shape shape{batch, qLen, kLen, heads, kvHeads, dim, causal, window, scale};
  const KeyBlock block(shape, rows);
  const Positions keyPositions(kPositions, block.sample, kLen);
  auto tiles = queriesOf<columns>(block, keyPositions, qPositions, rows);
  const int length = int(qLen);
  const float factor = shape.factor(), toLog2 = shape.toLog2();

  Rows keySums, valueSums;
  clear(keySums);
  clear(valueSums);
  load<rows>(block.keys(k), block.begin, residentK);
  load<rows>(block.keys(v), block.begin, residentV);
  for (int h = block.head; h < block.endHead; ++h) {
    const auto queries = block.queries(q, h), douts = block.queries(dout, h);
    const float *lses = block.perQuery(lse, h), *deltas = block.perQuery(delta, h);
    for (int at = tiles.from(0); at < length; at = tiles.from(at + columns)) {
      Scores scores;
      barrier();
      load<columns>(queries, at, passing);
      barrier();
      multiply(scores, residentK, passing);
      bool masked = tiles.masked(at);
      forEach(scores, [&](float &score, int i, int j) {
        int row = at + columnOf(j);
        score = exp2(score * toLog2 - shiftOf(lses[min(row, length - 1)]));
        if (masked && !tiles.sees(keyPositions[block.begin + firstRow() + i], row))
          score = 0;
      });
      putWeights(weights, scores);
      barrier();
      load<columns>(douts, at, passing);
      barrier();
      accumulate(valueSums, weights, passing);
      multiply(scores, residentV, passing);
      barrier();
      load<columns>(queries, at, passing);
      forEach(scores, [&](float &product, int i, int j) {
        weight(weights, i, j) *= (product - deltas[min(at + columnOf(j), length - 1)]) * factor;
      });
      barrier();
      accumulate(keySums, weights, passing);
    }
  }
  store(block.keys(dk), block.begin, keySums);
  store(block.keys(dv), block.begin, valueSums);
}
