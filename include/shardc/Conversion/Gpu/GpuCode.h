//===- GpuCode.h - What kernels are on a GPU ---------------------------------------------------===//
#ifndef SHARDC_CONVERSION_GPU_GPUCODE_H
#define SHARDC_CONVERSION_GPU_GPUCODE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace shardc {

/// The streams of a program for GPUs, in the order of their numbers.
inline constexpr llvm::StringRef gpuStreams[] = {"compute", "gather", "reduce", "copy"};

/// A launch of a function, which other launches may have too. Its arguments are some operands of the kernel, in this
/// order: pointers to arguments and results, an i64 for each distinct `dist.coordinate`, a pointer to the workspace
/// where there is one. Then come numbers, as i64. All pointers are multiples of 16.
struct GpuLaunch {
  std::string function;
  int64_t grid, threads; ///< blocks, and threads of each
  std::vector<unsigned> operands;
  std::vector<int64_t> numbers;
};

/// What a kernel is on a GPU: one launch, or two where rows are summed: the second adds up, in fixed order, what the
/// blocks of the first have left in the workspace.
struct GpuKernel {
  std::string name;
  std::vector<GpuLaunch> launches;
  int64_t workspaceBytes = 0;
};

} // namespace shardc

#endif // SHARDC_CONVERSION_GPU_GPUCODE_H
