//===- Exec.h - The exec dialect ---------------------------------------------------------------===//
#ifndef SHARDC_DIALECT_EXEC_EXEC_H
#define SHARDC_DIALECT_EXEC_EXEC_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include <optional>

#include "shardc/Dialect/Exec/ExecDialect.h.inc"
#include "shardc/Dialect/Exec/ExecEnums.h.inc"
#include "shardc/Dialect/Exec/ExecInterfaces.h.inc"
#define GET_ATTRDEF_CLASSES
#include "shardc/Dialect/Exec/ExecAttrs.h.inc"
#define GET_OP_CLASSES
#include "shardc/Dialect/Exec/ExecOps.h.inc"

namespace shardc::exec {

/// Returns what the program around an operation runs on: the `exec.target` of the nearest module that has one. Null
/// where none has.
TargetAttr targetOf(mlir::Operation *op);
/// The same; emits an error where there is none.
mlir::FailureOr<TargetAttr> requireTarget(mlir::ModuleOp module);
/// Says what a program runs on.
void setTarget(mlir::ModuleOp module, TargetAttr target);

} // namespace shardc::exec

#endif // SHARDC_DIALECT_EXEC_EXEC_H
