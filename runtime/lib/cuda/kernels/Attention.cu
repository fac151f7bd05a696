//===- Attention.cu - Attention by tiles with an online softmax -----------------===//
//
// A block has the queries of one tile of one head; the keys and values that some of them see go by. A row of sums holds
// exp(score - maximum) * v so far; a new maximum rescales it. Scores are logarithms to base 2 inside.
//
//===------------------------------------------------------------------------===//

#include "AttentionBlock.h"
#include "AttentionTile.h"

using namespace shardrt::gpu;

namespace {

/// Maximum and sum of exponentials of the thread's rows so far; the 16 threads of a row have the same.
struct OnlineSoftmax {
  float maximum[rowsPerThread], sum[rowsPerThread];

  DEVICE OnlineSoftmax() {
#pragma unroll
    for (int i = 0; i < rowsPerThread; ++i) {
      maximum[i] = -infinity;
      sum[i] = 0;
    }
  }

  /// Turns the scores of row `i` into weights under the new maximum, and rescales what the old one gave. A row without
  /// a key that is seen keeps the maximum minus infinity; a score that is no number makes the sum no number.
  DEVICE void absorb(float (&scores)[columnsPerThread], int i, float (&sums)[elementsPerThread]) {
    float most = maximum[i];
#pragma unroll
    for (int j = 0; j < columnsPerThread; ++j)
      most = max(most, scores[j]);
#pragma unroll
    for (int bits = side / 2; bits > 0; bits /= 2)
      most = max(most, exchange(most, bits));
    float shift = most == -infinity ? 0 : most, factor = exp2(maximum[i] - shift), total = 0;
#pragma unroll
    for (int j = 0; j < columnsPerThread; ++j) {
      scores[j] = exp2(scores[j] - shift);
      total += scores[j];
    }
#pragma unroll
    for (int bits = side / 2; bits > 0; bits /= 2)
      total += exchange(total, bits);
    sum[i] = sum[i] * factor + total;
    maximum[i] = most;
#pragma unroll
    for (int e = 0; e < elementsPerThread; ++e)
      sums[e] *= factor;
  }
};

} // namespace

/// Writes the logarithm of each row's sum of exponentials, and divides `sums` by it.
static DEVICE void finish(OnlineSoftmax &softmax, Rows &sums, float *lse, int begin, int length) {
#pragma unroll
  for (int i = 0; i < rowsPerThread; ++i) {
    float factor = softmax.sum[i] == 0 ? 0 : 1 / softmax.sum[i];
#pragma unroll
    for (int e = 0; e < elementsPerThread; ++e)
      sums[i][e] *= factor;
    int row = begin + firstRow() + i;
    if (firstColumn() == 0 && row < length)
      lse[row] = (softmax.maximum[i] + log2(softmax.sum[i])) * logOf2;
  }
}

KERNEL(threads, 2)
attention(const float *__restrict q, const float *__restrict k, const float *__restrict v,
          const int *__restrict qPositions, const int *__restrict kPositions, float *__restrict out,
          float *__restrict lse, Int64 batch, Int64 qLen, Int64 kLen, Int64 heads, Int64 kvHeads, Int64 dim,
          Int64 causal, Int64 window, double scale) {
  DYNAMIC_SHARED float shared[];
  float *resident = shared, *passing = resident + rows * rowStride, *weights = passing + columns * rowStride;

  const Shape shape{batch, qLen, kLen, heads, kvHeads, dim, causal, window, scale};
  const QueryBlock block(shape, rows);
  const auto queries = block.queries(q), keys = block.keys(k), values = block.keys(v);
  const Positions queryPositions(qPositions, block.sample, qLen);
  auto tiles = keysOf<columns>(block, queryPositions, kPositions, rows);
  const float toLog2 = shape.toLog2();

  OnlineSoftmax softmax;
  Rows sums;
  clear(sums);
  load<rows>(queries, block.begin, resident);
  Fetched<columns> fetched;
  int at = tiles.from(0);
  fetched.fetch(keys, at);
  while (at < keys.length) {
    barrier();
    fetched.put(passing);
    barrier();
    fetched.fetch(values, at);
    Scores scores;
    multiply(scores, resident, passing);
    bool masked = tiles.masked(at);
    forEach(scores, [&](float &score, int i, int j) {
      score *= toLog2;
      if (masked && !tiles.sees(queryPositions[block.begin + firstRow() + i], at + columnOf(j)))
        score = -infinity;
    });
#pragma unroll
    for (int i = 0; i < rowsPerThread; ++i)
      softmax.absorb(scores[i], i, sums[i]);
    barrier();
    fetched.put(passing);
    putWeights(weights, scores);
    barrier();
    int next = tiles.from(at + columns);
    fetched.fetch(keys, next);
    accumulate(sums, weights, passing);
    at = next;
  }
  finish(softmax, sums, block.perQuery(lse), block.begin, queries.length);
  store(block.queries(out), block.begin, sums);
}
