//===- GpuCode.h - Kernels as GPU code ---------------------------------------------------------===//
#ifndef SHARDC_TARGET_GPUCODE_H
#define SHARDC_TARGET_GPUCODE_H

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

/// Compiles functions of the LLVM dialect for the architectures of a target, in the form `code`: PTX for the lowest
/// architecture, then the cubins. Emits an error where that cannot be, and a remark where ptxas was looked for in vain.
mlir::FailureOr<std::vector<GpuImage>> compileGpuKernels(mlir::ModuleOp kernels, exec::TargetAttr target,
                                                         exec::GpuCodeKind code);

} // namespace shardc

#endif // SHARDC_TARGET_GPUCODE_H
