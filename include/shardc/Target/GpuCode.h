//===- GpuCode.h - Kernels as GPU code ---------------------------------------------------------===//
#ifndef SHARDC_TARGET_GPUCODE_H
#define SHARDC_TARGET_GPUCODE_H

#include "shardc/Conversion/Gpu/GpuCode.h"
#include "shardc/Dialect/Exec/Exec.h"

namespace shardc {

/// Returns the architectures that kernels can be compiled for, the lowest first, each before its variants: sm_90,
/// sm_90a.
const std::vector<std::string> &listGpuArchitectures();

/// Returns the path of ptxas: on PATH, else in the bin of CUDA_HOME, or of /usr/local/cuda where that is not set; empty
/// where there is none.
std::string findPtxas();

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

/// Prints the PTX of a program's kernels, for the lowest of the target's architectures.
mlir::LogicalResult printPTX(mlir::ModuleOp program, llvm::raw_ostream &os);

/// Compiles the kernels of a program for the architectures of its target, in the form `code`. Emits an error where that
/// cannot be, and a remark where ptxas was looked for in vain.
mlir::FailureOr<GpuCode> compileGpuKernels(mlir::ModuleOp program, exec::GpuCodeKind code);

} // namespace shardc

#endif // SHARDC_TARGET_GPUCODE_H
