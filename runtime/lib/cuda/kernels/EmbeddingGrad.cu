//===- EmbeddingGrad.cu - Rows summed by index ----------------------------------===//
//
// A block looks at all indices, keeps the rows whose index is one of its own, in their order, and sorts them by index;
// then each thread sums its columns. Where more rows are found than there is room for, it sums what it has and goes on
// from there.
//
//===------------------------------------------------------------------------===//

#include "EmbeddingGradTiles.h"
#include "Primitives.h"

using namespace shardrt::gpu;
using Tiles = shardrt::cuda::EmbeddingGradTiles;

namespace {

constexpr int warps = Tiles::threads / 32;

/// Rows found, in the order of rows, with the index of each relative to the block's first.
struct Found {
  int rows[Tiles::capacity], indices[Tiles::capacity];
  int sorted[Tiles::capacity]; ///< the rows, by index
  int ends[Tiles::mostRows];   ///< of each index, where its rows end in `sorted`
  int warpCounts[warps];
};

} // namespace

/// Returns the sum of `value` over the threads before this one, and in `total` the sum over all.
static DEVICE int sumBefore(int value, int *warpCounts, int &total) {
  int lane = thread() % 32, sum = value;
#pragma unroll
  for (int distance = 1; distance < 32; distance *= 2) {
    int below = fromBelow(sum, distance);
    sum += lane >= distance ? below : 0;
  }
  barrier();
  if (lane == 31)
    warpCounts[thread() / 32] = sum;
  barrier();
  total = 0;
  int before = 0;
#pragma unroll
  for (int warp = 0; warp < warps; ++warp) {
    before += warp < thread() / 32 ? warpCounts[warp] : 0;
    total += warpCounts[warp];
  }
  return before + sum - value;
}

/// Adds the rows from `begin` on whose index is in [first, first + count) to the `held` ones. Returns how many there
/// are then.
static DEVICE int scan(Found &found, int held, const int *indices, int begin, int rows, int first, int count) {
  int mine[4], hits = 0;
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    int row = begin + thread() * 4 + i;
    mine[i] = row < rows ? indices[row] : -1;
    hits += mine[i] >= first && mine[i] - first < count;
  }
  int total, at = held + sumBefore(hits, found.warpCounts, total);
#pragma unroll
  for (int i = 0; i < 4; ++i)
    if (mine[i] >= first && mine[i] - first < count) {
      found.rows[at] = begin + thread() * 4 + i;
      found.indices[at++] = mine[i] - first;
    }
  return held + total;
}

/// Sorts the rows found by index, the rows of an index in their order.
static DEVICE void sort(Found &found, int held, int count) {
  barrier();
  int mine = 0, total;
  for (int i = 0; i < held; ++i)
    mine += found.indices[i] == thread();
  int at = sumBefore(mine, found.warpCounts, total);
  for (int i = 0; i < held; ++i)
    if (found.indices[i] == thread())
      found.sorted[at++] = found.rows[i];
  if (thread() < count)
    found.ends[thread()] = at;
  barrier();
}

/// Returns `n` numbers of a row that follow one another.
template <int n> static DEVICE Vector<n> read(const float *row) {
  return *reinterpret_cast<const Vector<n> *>(row);
}
template <int n> static DEVICE Vector<n> read(const Bf16 *row) {
  if constexpr (n == 1) {
    return toFloat(*row);
  } else {
    Words<2> words = *reinterpret_cast<const Words<2> *>(row);
    return {firstOf(words[0]), secondOf(words[0]), firstOf(words[1]), secondOf(words[1])};
  }
}

/// Writes, or adds to what is there, the sums of the thread's `n` columns from `column` on.
template <int n, typename T>
static DEVICE void sum(const Found &found, const T *dout, float *dweight, int count, Int64 width, Int64 column,
                       bool add) {
  for (int index = 0, at = 0; index < count; ++index) {
    int end = found.ends[index];
    if (add && at == end)
      continue;
    auto *target = reinterpret_cast<Vector<n> *>(dweight + index * width + column);
    Vector<n> total = add ? *target : Vector<n>(0);
    for (; at < end; ++at)
      total += read<n>(dout + found.sorted[at] * width + column);
    *target = total;
  }
}

/// Blocks go over tiles of `tile` rows of the vocabulary, and for each of them over tiles of columns.
template <typename T>
static DEVICE void embeddingGrad(const T *__restrict dout, const int *__restrict indices, float *__restrict dweight,
                                 Int64 rows, Int64 vocabulary, Int64 width, Int64 tile) {
  SHARED static Found found;
  int columnTiles = int((width + Tiles::columns - 1) / Tiles::columns);
  int first = block() / columnTiles * int(tile), count = min(int(tile), int(vocabulary) - first);
  Int64 begin = Int64(block() % columnTiles) * Tiles::columns;
  bool vectors = width % 4 == 0, add = false;
  dweight += first * width;
  for (int at = 0, held = 0; at < rows || !add; at += Tiles::scanned) {
    held = scan(found, held, indices, at, int(rows), first, count);
    if (at + Tiles::scanned < rows && held + Tiles::scanned <= Tiles::capacity)
      continue;
    sort(found, held, count);
    if (vectors) {
      if (Int64 column = begin + thread() * 4; column < width)
        sum<4>(found, dout, dweight, count, width, column, add);
    } else {
      for (int i = 0; i < 4; ++i)
        if (Int64 column = begin + i * Tiles::threads + thread(); column < width)
          sum<1>(found, dout, dweight, count, width, column, add);
    }
    add = true;
    held = 0;
  }
}

KERNEL(Tiles::threads, 2)
embedding_grad(const float *__restrict dout, const int *__restrict indices, float *__restrict dweight, Int64 rows,
               Int64 vocabulary, Int64 width, Int64 tile) {
  embeddingGrad(dout, indices, dweight, rows, vocabulary, width, tile);
}

KERNEL(Tiles::threads, 2)
embedding_grad_bf16(const Bf16 *__restrict dout, const int *__restrict indices, float *__restrict dweight, Int64 rows,
                    Int64 vocabulary, Int64 width, Int64 tile) {
  embeddingGrad(dout, indices, dweight, rows, vocabulary, width, tile);
}
