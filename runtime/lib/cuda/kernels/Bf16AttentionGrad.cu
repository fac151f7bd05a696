//===- Bf16AttentionGrad.cu - The derivative of attention in bfloat16 by tensor cores ----------===//
//
// As AttentionGrad.cu: weights are computed again from q, k and lse, and every sum is one thread's own, in a fixed
// order. Weights and the gradients of scores are rounded to bfloat16 for the products with dout, the keys and the
// queries.
//
//===------------------------------------------------------------------------===//

#include "AttentionMask.h"
#include "Bf16AttentionTile.h"

using namespace shardrt::gpu;
using shardrt::cuda::Bf16AttentionTiles;

/// What exp2 takes away from a score: lse to base 2, or infinity for a query that sees nothing, whose weights are zero.
static DEVICE float shiftOf(float lse) {
  return lse == -infinity ? infinity : lse * log2OfE;
}

/// delta [batch, heads, qLen], of each query and head the sum of dout * out; 8 threads for each.
KERNEL(threads, 2)
attention_bf16_delta(const Bf16 *__restrict dout, const Bf16 *__restrict out, float *__restrict delta, Int64 all,
                     Int64 qLen, Int64 heads, Int64 dim) {
  constexpr int perRow = Bf16AttentionTiles::threadsOfDelta;
  Int64 row = Int64(block()) * (threads / perRow) + thread() / perRow;
  int column = thread() % perRow;
  float sum = 0;
  if (row < all) {
    const Bf16 *a = dout + row * dim, *b = out + row * dim;
    if (dim % 8 == 0) {
      for (int e = column * 8; e < dim; e += perRow * 8) {
        Words<4> x = *reinterpret_cast<const Words<4> *>(a + e), y = *reinterpret_cast<const Words<4> *>(b + e);
#pragma unroll
        for (int i = 0; i < 4; ++i)
          sum += firstOf(x[i]) * firstOf(y[i]) + secondOf(x[i]) * secondOf(y[i]);
      }
    } else {
      for (int e = column; e < dim; e += perRow)
        sum += toFloat(a[e]) * toFloat(b[e]);
    }
  }
#pragma unroll
  for (int bits = perRow / 2; bits > 0; bits /= 2)
    sum += exchange(sum, bits);
  if (row < all && column == 0)
    delta[(row / (heads * qLen) * heads + row % heads) * qLen + row / heads % qLen] = sum;
}

/// One block for each tile of queries, head and sample, the last tiles first.
KERNEL(threads, 2)
attention_bf16_grad_queries(const Bf16 *__restrict dout, const Bf16 *__restrict q, const Bf16 *__restrict k,
                            const Bf16 *__restrict v, const int *__restrict qPositions,
                            const int *__restrict kPositions, const float *__restrict lse,
                            const float *__restrict delta, Bf16 *__restrict dq, Int64 batch, Int64 qLen, Int64 kLen,
                            Int64 heads, Int64 kvHeads, Int64 dim, Int64 causal, Int64 window, double scale) {
  constexpr Bf16AttentionTiles tiles = shardrt::cuda::gradQueriesTiles(head);
  constexpr int rows = tiles.rows(), columns = tiles.columns, perWarp = tiles.tilesPerWarp, rowsPerThread = 2 * perWarp;
  DYNAMIC_SHARED Bf16 shared[];
  Bf16 *residentQ = shared, *residentDout = residentQ + rows * rowStride, *keyTile = residentDout + rows * rowStride,
       *valueTile = keyTile + columns * rowStride;

  int pairs = int(batch * heads), tile = int((qLen + rows - 1) / rows) - 1 - block() / pairs, pair = block() % pairs;
  Int64 sample = pair / heads, h = pair % heads, kvHead = h / (heads / kvHeads);
  Matrix<const Bf16> keys(k, sample, kvHead, kvHeads, kLen, dim), values(v, sample, kvHead, kvHeads, kLen, dim);
  const float *lses = lse + (sample * heads + h) * qLen, *deltas = delta + (sample * heads + h) * qLen;
  Positions queryPositions(qPositions, sample, qLen), keyPositions(kPositions, sample, kLen);
  Mask mask(causal, window);
  const int begin = tile * rows, length = keys.length;
  const float factor = float(scale), toLog2 = factor * log2OfE;

  Range queryRange = queryPositions.range(begin, rows), keyRange;
  auto nextTile = [&](int at) {
    for (; at < length; at += columns)
      if (keyRange = keyPositions.range(at, columns); mask.mayMeet(queryRange, keyRange))
        break;
    return at;
  };

  int at = nextTile(0);
  copyRows<rows>({q, sample, h, heads, qLen, dim}, begin, residentQ);
  copyRows<rows>({dout, sample, h, heads, qLen, dim}, begin, residentDout);
  if (at < length)
    copyRows<columns>(values, at, valueTile);
  float shift[rowsPerThread], rowDelta[rowsPerThread];
  int positions[rowsPerThread];
#pragma unroll
  for (int i = 0; i < rowsPerThread; ++i) {
    int row = min(begin + rowOf<perWarp>(i), int(qLen) - 1);
    shift[i] = shiftOf(lses[row]);
    rowDelta[i] = deltas[row];
    positions[i] = queryPositions[row];
  }
  arrive();
  barrier();
  if (at < length)
    copyRows<columns>(keys, at, keyTile);
  Choice<(head <= 128), InRegisters<perWarp>, InShared<perWarp>>::type queries, douts;
  queries.load(residentQ);
  douts.load(residentDout);
  Block<perWarp, head> sums;
  sums.clear();
#pragma unroll 1
  while (at < length) {
    Block<perWarp, columns> products, scores;
    products.multiply(douts, valueTile);
    bool masked = at + columns > length || !mask.allMeet(queryRange, keyRange);
    int begun = at;
    arrive();
    barrier();
    at = nextTile(at + columns);
    if (at < length)
      copyRows<columns>(values, at, valueTile);
    scores.multiply(queries, keyTile);
    scores.forEach([&](float &score, int i, int) { score = exp2(score * toLog2 - shift[i]); });
    if (masked)
      scores.forEach([&](float &weight, int i, int column) {
        if (begun + column >= length || !mask.sees(positions[i], keyPositions[begun + column]))
          weight = 0;
      });
    scores.combine(products,
                   [&](float weight, float product, int i, int) { return weight * (product - rowDelta[i]) * factor; });
    sums.accumulate(scores, keyTile);
    arrive();
    barrier();
    if (at < length)
      copyRows<columns>(keys, at, keyTile);
  }
  store<perWarp>({dq, sample, h, heads, qLen, dim}, begin, sums);
}

/// What attention_bf16_grad_keys is called with.
struct GradKeys {
  const Bf16 *dout, *q, *k, *v;
  const int *qPositions, *kPositions;
  const float *lse, *delta;
  Bf16 *dk, *dv;
  Int64 batch, qLen, kLen, heads, kvHeads, dim, causal, window;
  double scale;

  template <bool wantsKeys, bool wantsValues> DEVICE void sum() const;
};

/// Sums dk, dv or both. The queries of all heads that read the key head go by with their dout.
template <bool wantsKeys, bool wantsValues> DEVICE void GradKeys::sum() const {
  constexpr Bf16AttentionTiles tiles = shardrt::cuda::gradKeysTiles(head);
  constexpr int rows = tiles.rows(), columns = tiles.columns, perWarp = tiles.tilesPerWarp, rowsPerThread = 2 * perWarp;
  DYNAMIC_SHARED Bf16 shared[];
  Bf16 *residentK = shared, *residentV = residentK + rows * rowStride, *doutTile = residentV + rows * rowStride,
       *queryTiles = doutTile + columns * rowStride;

  int pairs = int(batch * kvHeads), begin = block() / pairs * rows, pair = block() % pairs;
  Int64 sample = pair / kvHeads, kvHead = pair % kvHeads, share = heads / kvHeads;
  Positions queryPositions(qPositions, sample, qLen), keyPositions(kPositions, sample, kLen);
  Mask mask(causal, window);
  const int length = int(qLen), lastHead = int((kvHead + 1) * share);
  const float factor = float(scale), toLog2 = factor * log2OfE;

  // Where the queries that go by begin, and of which head; no head is left behind the last. Their tile is the first or
  // the second.
  int at = 0, h = int(kvHead * share), which = 0;
  auto queryTile = [&](int number) { return queryTiles + number * columns * rowStride; };
  Range keyRange = keyPositions.range(begin, rows), queryRange;
  auto find = [&] {
    for (; h < lastHead; ++h, at = 0)
      for (; at < length; at += columns)
        if (queryRange = queryPositions.range(at, columns); mask.mayMeet(queryRange, keyRange))
          return;
  };
  auto copy = [&](const Bf16 *from, Bf16 *to) {
    if (h < lastHead)
      copyRows<columns>({from, sample, h, heads, qLen, dim}, at, to);
  };

  find();
  copyRows<rows>({k, sample, kvHead, kvHeads, kLen, dim}, begin, residentK);
  copyRows<rows>({v, sample, kvHead, kvHeads, kLen, dim}, begin, residentV);
  copy(q, queryTile(0));
  int positions[rowsPerThread];
#pragma unroll
  for (int i = 0; i < rowsPerThread; ++i)
    positions[i] = keyPositions[begin + rowOf<perWarp>(i)];
  arrive();
  barrier();
  copy(dout, doutTile);
  typename Choice<(head <= 64), InRegisters<perWarp>, InShared<perWarp>>::type keys, values;
  keys.load(residentK);
  values.load(residentV);
  Block<perWarp, head> keySums, valueSums;
  keySums.clear();
  valueSums.clear();
#pragma unroll 1
  while (h < lastHead) {
    const float *lses = lse + (sample * heads + h) * qLen, *deltas = delta + (sample * heads + h) * qLen;
    bool masked = at + columns > length || !mask.allMeet(queryRange, keyRange);
    int begun = at;
    at += columns;
    find();
    copy(q, queryTile(1 - which));
    Block<perWarp, columns> scores, products;
    scores.multiply(keys, queryTile(which));
    scores.forEach([&](float &score, int, int column) {
      score = exp2(score * toLog2 - shiftOf(lses[min(begun + column, length - 1)]));
    });
    if (masked)
      scores.forEach([&](float &weight, int i, int column) {
        if (begun + column >= length || !mask.sees(queryPositions[begun + column], positions[i]))
          weight = 0;
      });
    arrive();
    barrier();
    if constexpr (wantsKeys)
      products.multiply(values, doutTile);
    if constexpr (wantsValues)
      valueSums.accumulate(scores, doutTile);
    if constexpr (wantsKeys) {
      scores.combine(products, [&](float weight, float product, int, int column) {
        return weight * (product - deltas[min(begun + column, length - 1)]) * factor;
      });
      keySums.accumulate(scores, queryTile(which));
    }
    barrier();
    copy(dout, doutTile);
    which = 1 - which;
  }
  if constexpr (wantsKeys)
    store<perWarp>({dk, sample, kvHead, kvHeads, kLen, dim}, begin, keySums);
  if constexpr (wantsValues)
    store<perWarp>({dv, sample, kvHead, kvHeads, kLen, dim}, begin, valueSums);
}

/// One block for each tile of keys, key head and sample. The registers have no room for both sums of large heads: those
/// are taken one after the other.
KERNEL(threads, 2)
attention_bf16_grad_keys(const Bf16 *__restrict dout, const Bf16 *__restrict q, const Bf16 *__restrict k,
                         const Bf16 *__restrict v, const int *__restrict qPositions, const int *__restrict kPositions,
                         const float *__restrict lse, const float *__restrict delta, Bf16 *__restrict dk,
                         Bf16 *__restrict dv, Int64 batch, Int64 qLen, Int64 kLen, Int64 heads, Int64 kvHeads,
                         Int64 dim, Int64 causal, Int64 window, double scale) {
  GradKeys grad{dout,  q,    k,    v,     qPositions, kPositions, lse,    delta,  dk,   dv,
                batch, qLen, kLen, heads, kvHeads,    dim,        causal, window, scale};
  if constexpr (head <= 128) {
    grad.sum<true, true>();
  } else {
    grad.sum<false, true>();
    barrier();
    grad.sum<true, false>();
  }
}
