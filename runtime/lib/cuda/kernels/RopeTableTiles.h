//===- RopeTableTiles.h - How a rotary table is spread over a GPU ------------------===//
#ifndef SHARDRT_LIB_CUDA_KERNELS_ROPETABLETILES_H
#define SHARDRT_LIB_CUDA_KERNELS_ROPETABLETILES_H

namespace shardrt::cuda {

struct RopeTableTiles {
  static constexpr int threads = 128; ///< a block's, a row each
  static constexpr int columns = 8;   ///< of a launch, whose frequencies are its arguments
};

} // namespace shardrt::cuda
#endif
