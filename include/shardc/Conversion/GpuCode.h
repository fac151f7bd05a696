//===- GpuCode.h - Kernels as GPU code -------------------------------------------------------------------------------------------===//
#ifndef SHARDC_CONVERSION_GPUCODE_H
#define SHARDC_CONVERSION_GPUCODE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace shardc {

/// The streams of a program for GPUs, in the order of their numbers.
inline constexpr llvm::StringRef gpuStreams[] = {"compute", "gather", "reduce", "copy"};

/// One function of a kernel, and how it is launched.
struct GpuLaunch {
  std::string function;
  int64_t grid, threads; ///< blocks, and threads of each
};

/// What a kernel is on a GPU: one launch, or two where rows are summed: the second adds up, in fixed order, what the blocks of
/// the first have left in the workspace. Both take pointers to arguments and results, an i64 for each distinct `dist.coordinate`,
/// and a pointer to the workspace where there is one. All pointers are multiples of 16.
struct GpuKernel {
  std::string name;
  std::vector<GpuLaunch> launches;
  int64_t workspaceBytes = 0;
};

/// The GPU code of all kernels of a program.
struct GpuCode {
  std::vector<GpuKernel> kernels; ///< in the program's order
  std::string ptx;
};

/// Prints the PTX of a program's kernels.
mlir::LogicalResult printPTX(mlir::ModuleOp program, llvm::StringRef architecture, llvm::raw_ostream &os);

/// Compiles the kernels of a program for `architecture`, such as sm_90. Emits an error where that cannot be.
mlir::FailureOr<GpuCode> compileGpuKernels(mlir::ModuleOp program, llvm::StringRef architecture);

} // namespace shardc

#endif // SHARDC_CONVERSION_GPUCODE_H
