//===- EmbeddingGradTiles.h - How the rows of an embedding are cut for a GPU ----===//
//
// Read by the kernel and by the code that launches it. A block has some rows of the vocabulary and some columns, four
// for each thread.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_KERNELS_EMBEDDINGGRADTILES_H
#define SHARDRT_LIB_CUDA_KERNELS_EMBEDDINGGRADTILES_H

namespace shardrt::cuda {

struct EmbeddingGradTiles {
  static constexpr int threads = 256, columns = 4 * threads;
  static constexpr int mostRows = 128;                         ///< of the vocabulary, at most; at most `threads`
  static constexpr int scanned = 4 * threads, capacity = 3072; ///< indices looked at together, and kept together
};

} // namespace shardrt::cuda
#endif
