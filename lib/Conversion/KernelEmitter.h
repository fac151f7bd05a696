//===- KernelEmitter.h - From an exec.kernel to loops over vectors -------------------------------------------------------------===//
#ifndef SHARDC_LIB_CONVERSION_KERNELEMITTER_H
#define SHARDC_LIB_CONVERSION_KERNELEMITTER_H

#include "KernelTarget.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "shardc/Dialect/Exec/Exec.h"

namespace shardc::codegen {

/// Emits `name(arguments..., results..., coordinates..., begin, end)` at the builder: memory of each argument and result as one
/// row of elements, an i64 for each distinct `dist.coordinate`, and the rows to run.
mlir::FailureOr<mlir::func::FuncOp> emitKernel(mlir::OpBuilder &b, exec::KernelOp kernel, const KernelTarget &target);

} // namespace shardc::codegen

#endif // SHARDC_LIB_CONVERSION_KERNELEMITTER_H
