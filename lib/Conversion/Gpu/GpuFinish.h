//===- GpuFinish.h - Adds up what blocks have summed over their rows ---------------------------===//
#ifndef SHARDC_LIB_CONVERSION_GPU_GPUFINISH_H
#define SHARDC_LIB_CONVERSION_GPU_GPUFINISH_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "shardc/Conversion/Kernels/KernelPlan.h"
#include "shardc/Conversion/Gpu/GpuCode.h"

namespace shardc::codegen {

/// Emits the function that adds to what each sum over rows starts from the `numCopies` copies in the workspace.
mlir::FailureOr<GpuLaunch> emitFinish(mlir::OpBuilder &b, const KernelPlan &plan, int64_t numCopies);

} // namespace shardc::codegen

#endif // SHARDC_LIB_CONVERSION_GPU_GPUFINISH_H
