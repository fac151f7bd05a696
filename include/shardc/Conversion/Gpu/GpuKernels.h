//===- GpuKernels.h - From exec.kernel to GPU functions ----------------------------------------===//
#ifndef SHARDC_CONVERSION_GPU_GPUKERNELS_H
#define SHARDC_CONVERSION_GPU_GPUKERNELS_H

#include "mlir/IR/OwningOpRef.h"
#include "shardc/Conversion/Gpu/GpuCode.h"

namespace shardc::codegen {

/// Emits all kernels of a program into a module of their own, in the LLVM dialect, and appends what they are to
/// `kernels`.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> lowerGpuKernels(mlir::ModuleOp program,
                                                                   std::vector<GpuKernel> &kernels);

/// Erases functions that do what an earlier one does, and lets launches have that one.
void mergeEqualFunctions(mlir::ModuleOp functions, std::vector<GpuKernel> &kernels);

} // namespace shardc::codegen

#endif // SHARDC_CONVERSION_GPU_GPUKERNELS_H
