//===- AttentionTiles.h - How attention is cut for the threads of a GPU -----------===//
//
// Read by kernels and by the code that launches them. A block of threads holds a tile of rows (queries, or keys for the
// gradient of the keys) and takes the other side, tile by tile, through shared memory. Its threads are 16 x 16: a
// thread has every 16th column of a few rows that follow one another.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_KERNELS_ATTENTIONTILES_H
#define SHARDRT_LIB_CUDA_KERNELS_ATTENTIONTILES_H

namespace shardrt::cuda {

struct AttentionTiles {
  static constexpr int side = 16, threads = side * side;

  int head;    ///< elements of a head, those beyond its real size zero; a multiple of 16
  int rows;    ///< rows of the tile that stays
  int columns; ///< rows of the tiles that go by

  /// All that a block needs stays below 99 KiB, which every GPU since 2020 has.
  constexpr explicit AttentionTiles(int head)
      : head(head), rows(head <= 128 ? 64 : 32), columns(head <= 64    ? 64
                                                         : head <= 128 ? 32
                                                                       : 16) {}

  constexpr int rowsPerThread() const { return rows / side; }
  constexpr int columnsPerThread() const { return columns / side; }
  constexpr int elementsPerThread() const { return head / side; }

  /// Elements from a row in shared memory to the next: 16 bytes more than the row has, so that rows begin in different
  /// banks.
  constexpr int rowStride() const { return head + 4; }
  constexpr int weightStride() const { return columns + 4; }

  /// Bytes of shared memory for `residents` tiles that stay, one that goes by, and a weight for each row and column.
  constexpr int sharedBytes(int residents) const {
    return 4 * ((residents * rows + columns) * rowStride() + rows * weightStride());
  }
};

} // namespace shardrt::cuda
#endif
