//===- Bf16Attention.cu - Attention in bfloat16 by tensor cores --------------===//
//
// A block has the queries of one tile of one head; the keys and values that some of them see go by. While the tensor
// cores work on the keys the values come, and the other way round. Scores, weights and sums are float32, logarithms to
// base 2 inside; weights are rounded to bfloat16 for the product with the values.
//
//===------------------------------------------------------------------------===//

#include "AttentionBlock.h"
#include "Bf16AttentionTile.h"

using namespace shardrt::gpu;

namespace {

constexpr shardrt::cuda::Bf16AttentionTiles tiles = shardrt::cuda::forwardTiles(head);
constexpr int rows = tiles.rows(), columns = tiles.columns, perWarp = tiles.tilesPerWarp, rowsPerThread = 2 * perWarp;
constexpr bool queriesStay = tiles.residents > 0;
static_assert(queriesStay || rows <= 2 * columns, "queries come through the tiles of keys and values");
using Queries = Choice<queriesStay, InShared<perWarp>, InRegisters<perWarp>>::type;

/// Maximum and sum of exponentials of the thread's rows so far; the four threads of a row have the same maximum, and
/// each the sum of its own columns.
struct OnlineSoftmax {
  float maximum[rowsPerThread], sum[rowsPerThread];

  DEVICE OnlineSoftmax() {
#pragma unroll
    for (int i = 0; i < rowsPerThread; ++i) {
      maximum[i] = -infinity;
      sum[i] = 0;
    }
  }

  /// Turns scores into weights under the new maximum, and rescales what the old one gave. A row without a key that is
  /// seen keeps the maximum minus infinity; a score that is no number makes the sum no number.
  DEVICE void absorb(Block<perWarp, columns> &scores, Block<perWarp, head> &outs) {
    float shift[rowsPerThread], factor[rowsPerThread];
#pragma unroll
    for (int i = 0; i < rowsPerThread; ++i)
      shift[i] = maximum[i];
    scores.forEach([&](float &score, int i, int) { shift[i] = max(shift[i], score); });
#pragma unroll
    for (int i = 0; i < rowsPerThread; ++i) {
      shift[i] = max(shift[i], exchange(shift[i], 1));
      shift[i] = max(shift[i], exchange(shift[i], 2));
      float before = maximum[i];
      maximum[i] = shift[i];
      shift[i] = shift[i] == -infinity ? 0 : shift[i];
      factor[i] = exp2(before - shift[i]);
      sum[i] *= factor[i];
    }
    scores.forEach([&](float &score, int i, int) {
      score = exp2(score - shift[i]);
      sum[i] += score;
    });
    outs.forEach([&](float &out, int i, int) { out *= factor[i]; });
  }

  /// Brings the sums of a row's four threads together, writes their logarithms, and divides `outs` by them.
  DEVICE void finish(Block<perWarp, head> &outs, float *lse, int begin, Int64 length) {
#pragma unroll
    for (int i = 0; i < rowsPerThread; ++i) {
      sum[i] += exchange(sum[i], 1);
      sum[i] += exchange(sum[i], 2);
      int row = begin + rowOf<perWarp>(i);
      if (lane() % 4 == 0 && row < length)
        lse[row] = (maximum[i] + log2(sum[i])) * logOf2;
      sum[i] = sum[i] == 0 ? 0 : 1 / sum[i];
    }
    outs.forEach([&](float &out, int i, int) { out *= sum[i]; });
  }
};

} // namespace

KERNEL(threads, 2)
attention_bf16(const Bf16 *__restrict q, const Bf16 *__restrict k, const Bf16 *__restrict v,
               const int *__restrict qPositions, const int *__restrict kPositions, Bf16 *__restrict out,
               float *__restrict lse, Int64 batch, Int64 qLen, Int64 kLen, Int64 heads, Int64 kvHeads, Int64 dim,
               Int64 causal, Int64 window, double scale) {
  DYNAMIC_SHARED Bf16 shared[];
  Bf16 *keyTile = shared + tiles.residents * rows * rowStride, *valueTile = keyTile + columns * rowStride;

  const Shape shape{batch, qLen, kLen, heads, kvHeads, dim, causal, window, scale};
  const QueryBlock block(shape, rows);
  const auto keys = block.keys(k), values = block.keys(v);
  const Positions queryPositions(qPositions, block.sample, qLen);
  auto passing = keysOf<columns>(block, queryPositions, kPositions, rows);
  const float toLog2 = shape.toLog2();

  Queries queries;
  copyRows<rows>(block.queries(q), block.begin, shared);
  arrive();
  barrier();
  queries.load(shared);
  barrier();

  OnlineSoftmax softmax;
  Block<perWarp, head> outs;
  outs.clear();
  int at = passing.from(0);
  if (at < keys.length) {
    copyRows<columns>(keys, at, keyTile);
    arrive();
    barrier();
    copyRows<columns>(values, at, valueTile);
  }
#pragma unroll 1
  while (at < keys.length) {
    Block<perWarp, columns> scores;
    scores.multiply(queries, keyTile);
    scores.forEach([&](float &score, int, int) { score *= toLog2; });
    if (passing.masked(at))
      hide(scores, -infinity, passing, at, queryPositions, block.begin);
    softmax.absorb(scores, outs);
    arrive();
    barrier();
    at = passing.from(at + columns);
    if (at < keys.length)
      copyRows<columns>(keys, at, keyTile);
    outs.accumulate(scores, valueTile);
    arrive();
    barrier();
    if (at < keys.length)
      copyRows<columns>(values, at, valueTile);
  }
  softmax.finish(outs, block.perQuery(lse), block.begin, qLen);
  store<perWarp>(block.queries(out), block.begin, outs);
}
