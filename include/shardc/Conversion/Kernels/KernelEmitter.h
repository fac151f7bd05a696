//===- KernelEmitter.h - From an exec.kernel to loops over vectors -----------------------------===//
#ifndef SHARDC_CONVERSION_KERNELS_KERNELEMITTER_H
#define SHARDC_CONVERSION_KERNELS_KERNELEMITTER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "shardc/Conversion/Kernels/KernelPlan.h"
#include "shardc/Conversion/Kernels/KernelTarget.h"

namespace shardc::codegen {

/// Part of the workspace: copies of a slot that rows are added to.
struct PartialSum {
  unsigned slot;
  int64_t offset; ///< in bytes, of the first copy; the others follow without gaps
};

/// Where the copies that a target asks for lie in the workspace.
struct Workspace {
  llvm::SmallVector<PartialSum> sums;
  int64_t bytes = 0;
};
Workspace layOutWorkspace(const KernelPlan &plan, int64_t numCopies);

/// Emits `name(arguments..., results..., coordinates..., ...)` at the builder: memory of each argument and result as
/// one row of elements, an i64 for each distinct `dist.coordinate`. Then, where one thread runs rows in order, the rows
/// to run, `begin` and `end`: a kernel that sums over rows must be run from row 0 on. Otherwise the workspace, where
/// there is one: sums over rows are left there, and another kernel adds them up; and an i64, the number of rows, where
/// the target takes it. No pointer is taken to be without aliases.
///
/// What is taken: `linalg.generic` on tensors, `tensor.empty`, `linalg.fill`, `tensor.expand_shape` and
/// `collapse_shape`, and elementwise operations on scalars.
/// - The leading loops of each generic are the kernel's rows, in order, parallel or reduced. Loops after them are
/// within a row;
///   the innermost runs in vectors.
/// - Results of indexing maps are linear in the loops: `d`, `0`, `d + 8`, `2 * d`. Reads and writes whose last index is
/// the
///   innermost loop are consecutive; others take one access for each lane.
/// - An output is written at each point of the parallel loops once. A reduction yields one associative operation on its
/// output
///   argument. What rows are summed into cannot be read in the same kernel, other values only in the row that wrote
///   them.
/// - Payloads hold elementwise operations, constants, `linalg.index`, and `tensor.extract`: consecutive where the last
/// index is
///   the innermost `linalg.index`, plus something that is the same in all lanes, and the other indices are the same in
///   all lanes.
mlir::FailureOr<mlir::func::FuncOp> emitKernel(mlir::OpBuilder &b, const KernelPlan &plan, KernelTarget &target);
mlir::FailureOr<mlir::func::FuncOp> emitKernel(mlir::OpBuilder &b, exec::KernelOp kernel, KernelTarget &target);

/// Returns memory of arguments and results, as one row of elements each, and an i64 for each coordinate.
llvm::SmallVector<mlir::Type> operandTypes(const KernelPlan &plan);
/// Emits the operations on scalars outside of all nodes.
void emitScalars(mlir::OpBuilder &b, const KernelPlan &plan, mlir::ValueRange coordinates, mlir::IRMapping &scalars);
/// Returns `count` elements at a number of bytes from the start of the workspace.
mlir::Value emitView(mlir::OpBuilder &b, mlir::Location loc, mlir::Value workspace, mlir::Value bytes, int64_t count,
                     mlir::Type type);

} // namespace shardc::codegen

#endif // SHARDC_CONVERSION_KERNELS_KERNELEMITTER_H
