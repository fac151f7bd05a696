//===- Kernels.h - The library calls of a GPU that kernels of the runtime serve --===//
//
// abi.h says what each computes. The kernels' sources are in kernels/; they are compiled to PTX, an image
// for each file and size of heads, when the runtime is built.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_KERNELS_H
#define SHARDRT_LIB_CUDA_KERNELS_H

#include "program/LibraryTasks.h"

#include <span>
#include <string>
#include <string_view>

namespace shardrt::cuda {

/// A launch of a kernel that the runtime brings along; every argument takes 8 bytes.
struct KernelLaunch {
  std::string image; ///< what findKernelImage() takes
  const char *function;
  int64_t blocks;
  int32_t threads, sharedBytes; ///< of a block; the shared memory beside what the kernel itself declares
  std::span<const uint64_t> arguments;
};

/// Starts kernels one after the other, each when the one before is done.
class KernelLauncher {
public:
  virtual ~KernelLauncher() = default;
  virtual void launch(const KernelLaunch &launch) = 0;
};

/// Returns the PTX of an image, zero-terminated; null where the runtime was built without it.
const char *findKernelImage(const std::string &name);

// Each of these launches what it needs. They throw Error (NoDevice) on what no kernel is built for: float64, heads of
// more than 256 elements. The workspace of attention's gradient has SHARDRT_ATTENTION_OWN_CUDA bytes; attention
// itself needs none.

void attention(KernelLauncher &launcher, const AttentionTensors &tensors, const AttentionShape &shape,
               shardrt_dtype dtype);

void attentionGrad(KernelLauncher &launcher, const AttentionTensors &tensors, const AttentionGradients &gradients,
                   const AttentionShape &shape, shardrt_dtype dtype);

/// The same for a library call. It is defined for the calls that kernels of the runtime alone serve.
#define TASK(Task) void run(KernelLauncher &launcher, const Task &task);
SHARDRT_LIBRARY_TASKS(TASK)
#undef TASK

} // namespace shardrt::cuda
#endif
