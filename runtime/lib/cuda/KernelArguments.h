//===- KernelArguments.h - Arguments of kernels, and what kernels refuse ---------===//
#ifndef SHARDRT_LIB_CUDA_KERNELARGUMENTS_H
#define SHARDRT_LIB_CUDA_KERNELARGUMENTS_H

#include "cuda/Kernels.h"
#include "program/Error.h"

#include <array>
#include <bit>
#include <limits>

namespace shardrt::cuda {

inline uint64_t toArgument(const void *pointer) {
  return reinterpret_cast<uint64_t>(pointer);
}
inline uint64_t toArgument(int64_t number) {
  return static_cast<uint64_t>(number);
}
inline uint64_t toArgument(double number) {
  return std::bit_cast<uint64_t>(number);
}

/// Launches `function` with these arguments; no blocks are no launch.
template <typename... Args>
void launchKernel(KernelLauncher &launcher, std::string image, const char *function, int64_t blocks, int32_t threads,
                  int32_t sharedBytes, Args... values) {
  if (blocks > std::numeric_limits<int32_t>::max())
    fail(Exit::NoDevice, "{} needs {} blocks, a GPU takes {}: shard the batch or the sequence further", function,
         blocks, std::numeric_limits<int32_t>::max());
  std::array<uint64_t, sizeof...(Args)> arguments{toArgument(values)...};
  if (blocks > 0)
    launcher.launch({std::move(image), function, blocks, threads, sharedBytes, arguments});
}

/// Refuses float64, with the name of the call in abi.h.
inline void expectFloat32OrBfloat16(const char *call, shardrt_dtype dtype) {
  if (dtype != SHARDRT_F32 && dtype != SHARDRT_BF16)
    fail(Exit::NoDevice,
         "{} is built for float32 and bfloat16 on GPUs, the program calls it with {}: set precision.param_dtype to one "
         "of them",
         call, dtype == SHARDRT_F64 ? "float64" : "another type");
}
/// The same for calls whose results are never bfloat16.
inline void expectFloat32(const char *call, shardrt_dtype dtype) {
  if (dtype != SHARDRT_F32)
    fail(Exit::NoDevice,
         "{} is built for float32 on GPUs, the program calls it with {}: set precision.param_dtype to float32", call,
         dtype == SHARDRT_F64 ? "float64" : "another type");
}

} // namespace shardrt::cuda
#endif
