//===- PackPartsTiles.h - How PackParts.cu is spread over blocks ----------------------===//
#ifndef SHARDRT_LIB_CUDA_KERNELS_PACKPARTSTILES_H
#define SHARDRT_LIB_CUDA_KERNELS_PACKPARTSTILES_H

namespace shardrt::cuda {

struct PackPartsTiles {
  static constexpr int threads = 256;
  static constexpr int units = 4; ///< of a thread
};

} // namespace shardrt::cuda
#endif
