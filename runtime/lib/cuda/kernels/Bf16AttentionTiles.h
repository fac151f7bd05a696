//===- Bf16AttentionTiles.h - How attention in bfloat16 is cut for tensor cores -----------===//
//
// Read by kernels and by the code that launches them. A block of four warps holds a tile of rows (queries, or keys for
// the gradient of the keys), of which each warp has 16 or 32, and takes the other side, tile by tile, through shared
// memory.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_KERNELS_BF16ATTENTIONTILES_H
#define SHARDRT_LIB_CUDA_KERNELS_BF16ATTENTIONTILES_H

namespace shardrt::cuda {

struct Bf16AttentionTiles {
  static constexpr int warps = 4, threads = 32 * warps;
  static constexpr int threadsOfDelta = 8; ///< for a query and head

  int head;         ///< elements of a head, those beyond its real size zero; a multiple of 16
  int tilesPerWarp; ///< of 16 rows
  int columns;      ///< rows of the tiles that go by, a multiple of 16
  int residents;    ///< tiles that stay in shared memory
  int passing;      ///< tiles that go by in shared memory

  constexpr int rows() const { return 16 * tilesPerWarp * warps; }

  /// Elements from a row in shared memory to the next: 16 bytes more than the row has, so that eight rows that follow
  /// one another begin in different banks.
  constexpr int rowStride() const { return head + 8; }
  /// Bytes of shared memory; below 99 KiB, which every GPU since 2020 has.
  constexpr int sharedBytes() const { return 2 * rowStride() * (residents * rows() + passing * columns); }
};

/// Keys and values go by. Queries come through their place to registers; those of large heads stay in shared memory.
constexpr Bf16AttentionTiles forwardTiles(int head) {
  return {head, head <= 64 ? 2 : 1, head <= 128 ? 64 : 32, head <= 128 ? 0 : 1, 2};
}
/// Queries and dout stay, keys and values go by.
constexpr Bf16AttentionTiles gradQueriesTiles(int head) {
  return {head, 1, head <= 64 ? 64 : 32, 2, 2};
}
/// Keys and values stay, queries and dout go by, the queries of two tiles at a time.
constexpr Bf16AttentionTiles gradKeysTiles(int head) {
  return {head, 1, head <= 128 ? 32 : 16, 2, 3};
}

} // namespace shardrt::cuda
#endif
