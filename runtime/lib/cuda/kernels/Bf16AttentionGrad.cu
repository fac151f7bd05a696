//===- Bf16AttentionGrad.cu - The derivative of attention in bfloat16 by tensor cores ----------===//
//
// As AttentionGrad.cu: weights are computed again from q, k and lse, and every sum is one thread's own, in a fixed
// order. Weights and the gradients of scores are rounded to bfloat16 for the products with dout, the keys and the
// queries.
//
//===------------------------------------------------------------------------===//

#include "AttentionDelta.h"
#include "Bf16AttentionTile.h"

using namespace shardrt::gpu;
using shardrt::cuda::Bf16AttentionTiles;

KERNEL(threads, 2)
attention_bf16_delta(const Bf16 *__restrict dout, const Bf16 *__restrict out, float *__restrict delta, Int64 all,
                     Int64 qLen, Int64 heads, Int64 dim) {
  sumDelta<threads, Bf16AttentionTiles::threadsOfDelta>(dout, out, delta, all, qLen, heads, dim);
}

KERNEL(threads, 2)
attention_bf16_grad_queries(const Bf16 *__restrict dout, const Bf16 *__restrict q, const Bf16 *__restrict k,
                            const Bf16 *__restrict v, const int *__restrict qPositions,
                            const int *__restrict kPositions, const float *__restrict lse,
                            const float *__restrict delta, Bf16 *__restrict dq, Int64 batch, Int64 qLen, Int64 kLen,
                            Int64 heads, Int64 kvHeads, Int64 dim, Int64 causal, Int64 window, double scale) {
  constexpr Bf16AttentionTiles tiles = shardrt::cuda::gradQueriesTiles(head);
  constexpr int rows = tiles.rows(), columns = tiles.columns, perWarp = tiles.tilesPerWarp;
  DYNAMIC_SHARED Bf16 shared[];
  Bf16 *residentQ = shared, *residentDout = residentQ + rows * rowStride, *keyTile = residentDout + rows * rowStride,
       *valueTile = keyTile + columns * rowStride;

  const Shape shape{batch, qLen, kLen, heads, kvHeads, dim, causal, window, scale};
  const QueryBlock block(shape, rows);
  const auto keys = block.keys(k), values = block.keys(v);
  const Positions queryPositions(qPositions, block.sample, qLen);
  auto passing = keysOf<columns>(block, queryPositions, kPositions, rows);
  const float factor = shape.factor(), toLog2 = shape.toLog2();
  auto copy = [&](const Matrix<const Bf16> &from, int at, Bf16 *to) {
    if (at < from.length)
      copyRows<columns>(from, at, to);
  };

  int at = passing.from(0);
  copyRows<rows>(block.queries(q), block.begin, residentQ);
  copyRows<rows>(block.queries(dout), block.begin, residentDout);
  copy(values, at, valueTile);
  const QueryNumbers<2 * perWarp> query(block, lse, delta, [](int i) { return rowOf<perWarp>(i); });
  arrive();
  barrier();
  copy(keys, at, keyTile);
  Choice<(head <= 128), InRegisters<perWarp>, InShared<perWarp>>::type queries, douts;
  queries.load(residentQ);
  douts.load(residentDout);
  Block<perWarp, head> sums;
  sums.clear();
#pragma unroll 1
  while (at < keys.length) {
    Block<perWarp, columns> products, scores;
    products.multiply(douts, valueTile);
    bool masked = passing.masked(at);
    int begun = at;
    arrive();
    barrier();
    at = passing.from(at + columns);
    copy(values, at, valueTile);
    scores.multiply(queries, keyTile);
    scores.forEach([&](float &score, int i, int) { score = exp2(score * toLog2 - query.shift[i]); });
    if (masked)
      hide(scores, 0, passing, begun, queryPositions, block.begin);
    scores.combine(products, [&](float weight, float product, int i, int) {
      return weight * (product - query.delta[i]) * factor;
    });
    sums.accumulate(scores, keyTile);
    arrive();
    barrier();
    copy(keys, at, keyTile);
  }
  store<perWarp>(block.queries(dq), block.begin, sums);
}

/// What attention_bf16_grad_keys is called with.
struct GradKeys {
  static constexpr Bf16AttentionTiles tiles = shardrt::cuda::gradKeysTiles(head);
  static constexpr int rows = tiles.rows(), columns = tiles.columns, perWarp = tiles.tilesPerWarp;
  using Weights = Block<perWarp, columns>;
  using Resident = Choice<(head <= 64), InRegisters<perWarp>, InShared<perWarp>>::type;

  const Bf16 *dout, *q, *k, *v;
  const int *qPositions, *kPositions;
  const float *lse, *delta;
  Bf16 *dk, *dv;
  Shape shape;

  template <bool wantsKeys, bool wantsValues> DEVICE void sum() const;
};

/// The queries that go by, of one head after the other, and where the next of them begin. No head is left behind the
/// last.
struct PassingQueries {
  const KeyBlock &block;
  PassingTiles<false, GradKeys::columns> tiles;
  int at = 0, head = block.head;

  DEVICE bool any() const { return head < block.endHead; }
  DEVICE void findFrom(int begin) {
    for (at = tiles.from(begin); any() && at >= tiles.length(); at = tiles.from(0))
      ++head;
  }
  DEVICE void copy(const Bf16 *from, Bf16 *to) const {
    if (any())
      copyRows<GradKeys::columns>(block.queries(from, head), at, to);
  }
};

/// Sums dk, dv or both. The queries of all heads that read the key head go by with their dout.
template <bool wantsKeys, bool wantsValues> DEVICE void GradKeys::sum() const {
  DYNAMIC_SHARED Bf16 shared[];
  Bf16 *residentK = shared, *residentV = residentK + rows * rowStride, *doutTile = residentV + rows * rowStride,
       *queryTiles = doutTile + columns * rowStride;
  const KeyBlock block(shape, rows);
  const Positions keyPositions(kPositions, block.sample, shape.kLen);
  PassingQueries passing{block, queriesOf<columns>(block, keyPositions, qPositions, rows)};
  const int last = passing.tiles.length() - 1;
  const float factor = shape.factor(), toLog2 = shape.toLog2();
  int which = 0; // of the two tiles of queries
  auto queryTile = [&](int number) { return queryTiles + number * columns * rowStride; };
  passing.findFrom(0);
  copyRows<rows>(block.keys(k), block.begin, residentK);
  copyRows<rows>(block.keys(v), block.begin, residentV);
  passing.copy(q, queryTile(0));
  arrive();
  barrier();
  passing.copy(dout, doutTile);
  Resident keys, values;
  keys.load(residentK);
  values.load(residentV);
  Block<perWarp, head> keySums, valueSums;
  keySums.clear();
  valueSums.clear();
#pragma unroll 1
  while (passing.any()) {
    const int h = passing.head;
    const float *deltas = block.perQuery(delta, h);
    const float *lses = block.perQuery(lse, h);
    const bool masked = passing.tiles.masked(passing.at);
    const int begun = passing.at;
    passing.findFrom(begun + columns);
    passing.copy(q, queryTile(1 - which));
    Weights scores, products;
    scores.multiply(keys, queryTile(which));
    scores.forEach([&](float &score, int, int column) {
      score = exp2(score * toLog2 - shiftOf(lses[min(begun + column, last)]));
    });
    if (masked)
      hide(scores, 0, passing.tiles, begun, keyPositions, block.begin);
    arrive();
    barrier();
    if constexpr (wantsValues)
      valueSums.accumulate(scores, doutTile);
    if constexpr (wantsKeys) {
      products.multiply(values, doutTile);
      scores.combine(products, [&](float weight, float product, int, int column) {
        return weight * (product - deltas[min(begun + column, last)]) * factor;
      });
      keySums.accumulate(scores, queryTile(which));
    }
    barrier();
    passing.copy(dout, doutTile);
    which = 1 - which;
  }
  if constexpr (wantsKeys)
    store<perWarp>(block.keys(dk), block.begin, keySums);
  if constexpr (wantsValues)
    store<perWarp>(block.keys(dv), block.begin, valueSums);
}

/// The registers have no room for both sums of large heads: those are taken one after the other.
KERNEL(threads, 2)
attention_bf16_grad_keys(const Bf16 *__restrict dout, const Bf16 *__restrict q, const Bf16 *__restrict k,
                         const Bf16 *__restrict v, const int *__restrict qPositions, const int *__restrict kPositions,
                         const float *__restrict lse, const float *__restrict delta, Bf16 *__restrict dk,
                         Bf16 *__restrict dv, Int64 batch, Int64 qLen, Int64 kLen, Int64 heads, Int64 kvHeads,
                         Int64 dim, Int64 causal, Int64 window, double scale) {
  GradKeys grad{dout,
                q,
                k,
                v,
                qPositions,
                kPositions,
                lse,
                delta,
                dk,
                dv,
                {batch, qLen, kLen, heads, kvHeads, dim, causal, window, scale}};
  if constexpr (head <= 128) {
    grad.sum<true, true>();
  } else {
    grad.sum<false, true>();
    barrier();
    grad.sum<true, false>();
  }
}
