//===- CollectivesTiles.h - How the elements of a collective are cut for a GPU --===//
//
// Read by the kernels and by the code that launches them.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_KERNELS_COLLECTIVESTILES_H
#define SHARDRT_LIB_CUDA_KERNELS_COLLECTIVESTILES_H

namespace shardrt::cuda {

struct CollectivesTiles {
  static constexpr int threads = 256;
  static constexpr int gathered = 4 * threads; ///< units that a block copies
  static constexpr int unitBytes = 16;         ///< what a thread moves at a time where sizes and offsets allow
};

} // namespace shardrt::cuda
#endif
