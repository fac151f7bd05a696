//===- GpuFinish.h - Adds up what blocks have summed over their rows ---------------------------===//
#ifndef SHARDC_LIB_CONVERSION_GPU_GPUFINISH_H
#define SHARDC_LIB_CONVERSION_GPU_GPUFINISH_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "shardc/Conversion/Kernels/KernelPlan.h"

namespace shardc::codegen {

/// Returns how launches name a function in a module of code.
mlir::SymbolRefAttr symbolOf(mlir::func::FuncOp function);

/// Emits the function that adds to what each sum over rows starts from the `numCopies` copies in the workspace; returns
/// its launch.
mlir::FailureOr<exec::GpuLaunchAttr> emitFinish(mlir::OpBuilder &b, const KernelPlan &plan, int64_t numCopies);

} // namespace shardc::codegen

#endif // SHARDC_LIB_CONVERSION_GPU_GPUFINISH_H
