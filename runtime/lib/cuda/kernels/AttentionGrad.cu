//===- AttentionGrad.cu - The derivative of attention, by tiles -----------------===//
//
// Weights are computed again from q, k and lse: p = exp(score - lse). With dp = dout v^T and delta = rowsum(dout *
// out), ds = p
// * (dp - delta) * scale, and then dq = ds k, dk = ds^T q, dv = p^T dout. One kernel has delta, one dq by tiles of
// queries, one dk and dv by tiles of keys: each sum is one thread's own, in a fixed order.
//
//===------------------------------------------------------------------------===//

#include "AttentionMask.h"
#include "AttentionTile.h"

using namespace shardrt::gpu;

/// What exp2 takes away from a score: lse to base 2, or infinity for a query that sees nothing, whose weights are zero.
static DEVICE float shiftOf(float lse) {
  return lse == -infinity ? infinity : lse * log2OfE;
}

/// delta [batch, heads, qLen]; 16 threads for each.
KERNEL(threads, 2)
attention_delta(const float *__restrict dout, const float *__restrict out, float *__restrict delta, Int64 all,
                Int64 qLen, Int64 heads, Int64 dim) {
  Int64 row = Int64(block()) * side + thread() / side;
  float sum = 0;
  if (row < all) {
    const float *a = dout + row * dim, *b = out + row * dim;
    int element = firstColumn() * 4;
    for (; element + 4 <= dim && dim % 4 == 0; element += 4 * side) {
      Vector<4> x = *reinterpret_cast<const Vector<4> *>(a + element),
                y = *reinterpret_cast<const Vector<4> *>(b + element);
      sum += x[0] * y[0] + x[1] * y[1] + x[2] * y[2] + x[3] * y[3];
    }
    if (dim % 4 != 0)
      for (int e = firstColumn(); e < dim; e += side)
        sum += a[e] * b[e];
  }
#pragma unroll
  for (int bits = side / 2; bits > 0; bits /= 2)
    sum += exchange(sum, bits);
  if (row < all && firstColumn() == 0)
    delta[(row / (heads * qLen) * heads + row % heads) * qLen + row / heads % qLen] = sum;
}

/// One block for each tile of queries, head and sample, the last tiles first. First values go by, then the keys.
KERNEL(threads, 2)
attention_grad_queries(const float *__restrict dout, const float *__restrict q, const float *__restrict k,
                       const float *__restrict v, const int *__restrict qPositions, const int *__restrict kPositions,
                       const float *__restrict lse, const float *__restrict delta, float *__restrict dq, Int64 batch,
                       Int64 qLen, Int64 kLen, Int64 heads, Int64 kvHeads, Int64 dim, Int64 causal, Int64 window,
                       double scale) {
  DYNAMIC_SHARED float shared[];
  float *residentQ = shared, *residentDout = residentQ + rows * rowStride, *passing = residentDout + rows * rowStride,
        *weights = passing + columns * rowStride;

  int pairs = int(batch * heads), tile = int((qLen + rows - 1) / rows) - 1 - block() / pairs, pair = block() % pairs;
  Int64 sample = pair / heads, h = pair % heads, kvHead = h / (heads / kvHeads);
  Matrix<const float> keys(k, sample, kvHead, kvHeads, kLen, dim), values(v, sample, kvHead, kvHeads, kLen, dim);
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

  float shift[rowsPerThread], rowDelta[rowsPerThread];
#pragma unroll
  for (int i = 0; i < rowsPerThread; ++i) {
    int row = min(begin + firstRow() + i, int(qLen) - 1);
    shift[i] = shiftOf(lses[row]);
    rowDelta[i] = deltas[row];
  }
  Rows sums;
  clear(sums);
  load<rows>({q, sample, h, heads, qLen, dim}, begin, residentQ);
  load<rows>({dout, sample, h, heads, qLen, dim}, begin, residentDout);
  Fetched<columns> fetched;
  int at = nextTile(0);
  fetched.fetch(values, at);
  while (at < length) {
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
    bool masked = at + columns > length || !mask.allMeet(queryRange, keyRange);
#pragma unroll
    for (int i = 0; i < rowsPerThread; ++i) {
      int position = queryPositions[begin + firstRow() + i];
#pragma unroll
      for (int j = 0; j < columnsPerThread; ++j) {
        int column = at + firstColumn() + j * side;
        float weight = exp2(scores[i][j] * toLog2 - shift[i]);
        if (masked && (column >= length || !mask.sees(position, keyPositions[column])))
          weight = 0;
        scores[i][j] = weight * (products[i][j] - rowDelta[i]) * factor;
      }
    }
    putWeights(weights, scores);
    barrier();
    int next = nextTile(at + columns);
    fetched.fetch(values, next);
    accumulate(sums, weights, passing);
    at = next;
  }
  store({dq, sample, h, heads, qLen, dim}, begin, sums);
}

/// One block for each tile of keys, key head and sample. The queries of all heads that read the key head go by, then
/// their dout, then the queries once more.
KERNEL(threads, 2)
attention_grad_keys(const float *__restrict dout, const float *__restrict q, const float *__restrict k,
                    const float *__restrict v, const int *__restrict qPositions, const int *__restrict kPositions,
                    const float *__restrict lse, const float *__restrict delta, float *__restrict dk,
                    float *__restrict dv, Int64 batch, Int64 qLen, Int64 kLen, Int64 heads, Int64 kvHeads, Int64 dim,
                    Int64 causal, Int64 window, double scale) {
  DYNAMIC_SHARED float shared[];
  float *residentK = shared, *residentV = residentK + rows * rowStride, *passing = residentV + rows * rowStride,
        *weights = passing + columns * rowStride;

  int pairs = int(batch * kvHeads), begin = block() / pairs * rows, pair = block() % pairs;
  Int64 sample = pair / kvHeads, kvHead = pair % kvHeads, share = heads / kvHeads;
  Positions queryPositions(qPositions, sample, qLen), keyPositions(kPositions, sample, kLen);
  Mask mask(causal, window);
  const int length = int(qLen);
  const float factor = float(scale), toLog2 = factor * log2OfE;

  Range keyRange = keyPositions.range(begin, rows), queryRange;
  auto nextTile = [&](int at) {
    for (; at < length; at += columns)
      if (queryRange = queryPositions.range(at, columns); mask.mayMeet(queryRange, keyRange))
        break;
    return at;
  };

  Rows keySums, valueSums;
  clear(keySums);
  clear(valueSums);
  load<rows>({k, sample, kvHead, kvHeads, kLen, dim}, begin, residentK);
  load<rows>({v, sample, kvHead, kvHeads, kLen, dim}, begin, residentV);
  for (int h = int(kvHead * share); h < int((kvHead + 1) * share); ++h) {
    Matrix<const float> queries(q, sample, h, heads, qLen, dim), douts(dout, sample, h, heads, qLen, dim);
    const float *lses = lse + (sample * heads + h) * qLen, *deltas = delta + (sample * heads + h) * qLen;
    for (int at = nextTile(0); at < length; at = nextTile(at + columns)) {
      Scores scores;
      barrier();
      load<columns>(queries, at, passing);
      barrier();
      multiply(scores, residentK, passing);
      bool masked = at + columns > length || !mask.allMeet(queryRange, keyRange);
#pragma unroll
      for (int j = 0; j < columnsPerThread; ++j) {
        int column = at + firstColumn() + j * side, position = queryPositions[column];
        float shift = shiftOf(lses[min(column, length - 1)]);
#pragma unroll
        for (int i = 0; i < rowsPerThread; ++i) {
          scores[i][j] = exp2(scores[i][j] * toLog2 - shift);
          if (masked && (column >= length || !mask.sees(position, keyPositions[begin + firstRow() + i])))
            scores[i][j] = 0;
        }
      }
      putWeights(weights, scores);
      barrier();
      load<columns>(douts, at, passing);
      barrier();
      accumulate(valueSums, weights, passing);
      multiply(scores, residentV, passing);
      barrier();
      load<columns>(queries, at, passing);
#pragma unroll
      for (int j = 0; j < columnsPerThread; ++j) {
        float columnDelta = deltas[min(at + firstColumn() + j * side, length - 1)];
#pragma unroll
        for (int i = 0; i < rowsPerThread; ++i)
          weight(weights, i, j) *= (scores[i][j] - columnDelta) * factor;
      }
      barrier();
      accumulate(keySums, weights, passing);
    }
  }
  store({dk, sample, kvHead, kvHeads, kLen, dim}, begin, keySums);
  store({dv, sample, kvHead, kvHeads, kLen, dim}, begin, valueSums);
}
