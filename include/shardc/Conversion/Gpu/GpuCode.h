//===- GpuCode.h - Kernels as GPU code ---------------------------------------------------------===//
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

struct GpuOptions {
  /// What kernels are compiled for: names of listGpuArchitectures().
  std::vector<std::string> architectures = {"sm_90"};
  /// PTX, which a driver compiles when the program starts; Cubin: besides that the machine code for each architecture,
  /// by NVIDIA's ptxas; Auto: Cubin where there is a ptxas, else PTX.
  enum class Code { Auto, Cubin, PTX };
  Code code = Code::Auto;
};

/// Returns the architectures that kernels can be compiled for, the lowest first, each before its variants: sm_90,
/// sm_90a.
const std::vector<std::string> &listGpuArchitectures();

/// Returns the path of ptxas: on PATH, else in the bin of CUDA_HOME, or of /usr/local/cuda where that is not set; empty
/// where there is none.
std::string findPtxas();

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

/// All kernels as PTX, or as the machine code of one architecture.
struct GpuImage {
  bool isPtx;
  std::string architecture;
  std::string bytes;

  /// Returns the symbol of a program file that holds it.
  std::string symbol() const { return "shard_gpu_" + (isPtx ? "ptx" : architecture); }
};

/// The GPU code of all kernels of a program.
struct GpuCode {
  std::vector<GpuKernel> kernels; ///< in the program's order
  std::vector<GpuImage> images;   ///< PTX for the lowest architecture, then the cubins
};

/// Prints the PTX of a program's kernels, for the lowest of the architectures.
mlir::LogicalResult printPTX(mlir::ModuleOp program, const GpuOptions &options, llvm::raw_ostream &os);

/// Compiles the kernels of a program. Emits an error where that cannot be, and a remark where ptxas was looked for in
/// vain.
mlir::FailureOr<GpuCode> compileGpuKernels(mlir::ModuleOp program, const GpuOptions &options);

} // namespace shardc

#endif // SHARDC_CONVERSION_GPU_GPUCODE_H
