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
#include "shardc/Dialect/Exec/ExecInterfaces.h.inc"
#define GET_OP_CLASSES
#include "shardc/Dialect/Exec/ExecOps.h.inc"

#endif // SHARDC_DIALECT_EXEC_EXEC_H
