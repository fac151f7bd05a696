//===- Attention.cu - Attention by tiles with an online softmax -----------------===//
//
// A block has the queries of one tile of one head; the keys and values that some of them see go by. A row of sums holds
// exp(score - maximum) * v so far; a new maximum rescales it. Scores are logarithms to base 2 inside.
//
//===------------------------------------------------------------------------===//

#include "AttentionMask.h"
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

/// One block for each tile of queries, head and sample. The last tiles begin first: under a causal mask they have the
/// most to do.
KERNEL(threads, 2)
attention(const float *__restrict q, const float *__restrict k, const float *__restrict v,
          const int *__restrict qPositions, const int *__restrict kPositions, float *__restrict out,
          float *__restrict lse, Int64 batch, Int64 qLen, Int64 kLen, Int64 heads, Int64 kvHeads, Int64 dim,
          Int64 causal, Int64 window, double scale) {
  DYNAMIC_SHARED float shared[];
  float *resident = shared, *passing = resident + rows * rowStride, *weights = passing + columns * rowStride;

  int pairs = int(batch * heads), tile = int((qLen + rows - 1) / rows) - 1 - block() / pairs, pair = block() % pairs;
  Int64 sample = pair / heads, h = pair % heads, kvHead = h / (heads / kvHeads);
  Matrix<const float> queries(q, sample, h, heads, qLen, dim), keys(k, sample, kvHead, kvHeads, kLen, dim),
      values(v, sample, kvHead, kvHeads, kLen, dim);
  Positions queryPositions(qPositions, sample, qLen), keyPositions(kPositions, sample, kLen);
  Mask mask(causal, window);
  const int begin = tile * rows, length = keys.length;
  const float toLog2 = float(scale) * log2OfE;

  Range queryRange = queryPositions.range(begin, rows), keyRange;
  auto nextTile = [&](int at) {
    for (; at < length; at += columns)
      if (keyRange = keyPositions.range(at, columns); mask.mayMeet(queryRange, keyRange))
        break;
    return at;
  };

  OnlineSoftmax softmax;
  Rows sums;
  clear(sums);
  load<rows>(queries, begin, resident);
  Fetched<columns> fetched;
  int at = nextTile(0);
  fetched.fetch(keys, at);
  while (at < length) {
    barrier();
    fetched.put(passing);
    barrier();
    fetched.fetch(values, at);
    Scores scores;
    multiply(scores, resident, passing);
    bool masked = at + columns > length || !mask.allMeet(queryRange, keyRange);
#pragma unroll
    for (int i = 0; i < rowsPerThread; ++i) {
      int position = queryPositions[begin + firstRow() + i];
#pragma unroll
      for (int j = 0; j < columnsPerThread; ++j) {
        int column = at + firstColumn() + j * side;
        scores[i][j] *= toLog2;
        if (masked && (column >= length || !mask.sees(position, keyPositions[column])))
          scores[i][j] = -infinity;
      }
      softmax.absorb(scores[i], i, sums[i]);
    }
    barrier();
    fetched.put(passing);
    putWeights(weights, scores);
    barrier();
    int next = nextTile(at + columns);
    fetched.fetch(keys, next);
    accumulate(sums, weights, passing);
    at = next;
  }

#pragma unroll
  for (int i = 0; i < rowsPerThread; ++i) {
    float factor = softmax.sum[i] == 0 ? 0 : 1 / softmax.sum[i];
#pragma unroll
    for (int e = 0; e < elementsPerThread; ++e)
      sums[i][e] *= factor;
    int row = begin + firstRow() + i;
    if (firstColumn() == 0 && row < queries.length)
      lse[(sample * heads + h) * qLen + row] = (softmax.maximum[i] + log2(softmax.sum[i])) * logOf2;
  }
  store({out, sample, h, heads, qLen, dim}, begin, sums);
}
