//===- KernelEmitter.h - From an exec.kernel to loops over vectors -------------------------------------------------------------===//
#ifndef SHARDC_LIB_CONVERSION_KERNELEMITTER_H
#define SHARDC_LIB_CONVERSION_KERNELEMITTER_H

#include "KernelTarget.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "shardc/Dialect/Exec/Exec.h"

namespace shardc::codegen {

/// Emits `name(arguments..., results..., coordinates..., begin, end)` at the builder: memory of each argument and result as one
/// row of elements, an i64 for each distinct `dist.coordinate`, and the rows to run. No pointer is taken to be without aliases;
/// a kernel that sums over rows must be run by one thread, from row 0 on.
///
/// What is taken: `linalg.generic` on tensors, `tensor.empty`, `linalg.fill`, `tensor.expand_shape` and `collapse_shape`, and
/// elementwise operations on scalars.
/// - The leading loops of each generic are the kernel's rows, in order, parallel or reduced. Loops after them are within a row;
///   the innermost runs in vectors.
/// - Results of indexing maps are linear in the loops: `d`, `0`, `d + 8`, `2 * d`. Reads and writes whose last index is the
///   innermost loop are consecutive; others take one access for each lane.
/// - An output is written at each point of the parallel loops once. A reduction yields one associative operation on its output
///   argument. What rows are summed into cannot be read in the same kernel, other values only in the row that wrote them.
/// - Payloads hold elementwise operations, constants, `linalg.index`, and `tensor.extract`: consecutive where the last index is
///   the innermost `linalg.index`, plus something that is the same in all lanes, and the other indices are the same in all
///   lanes.
mlir::FailureOr<mlir::func::FuncOp> emitKernel(mlir::OpBuilder &b, exec::KernelOp kernel, const KernelTarget &target);

} // namespace shardc::codegen

#endif // SHARDC_LIB_CONVERSION_KERNELEMITTER_H
