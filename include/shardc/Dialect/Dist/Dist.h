//===- Dist.h - The dist dialect ---------------------------------------------------------------===//
#ifndef SHARDC_DIALECT_DIST_DIST_H
#define SHARDC_DIALECT_DIST_DIST_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/TensorEncoding.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "shardc/Interfaces/OpInterfaces.h"

#include "shardc/Dialect/Dist/DistDialect.h.inc"
#define GET_ATTRDEF_CLASSES
#include "shardc/Dialect/Dist/DistAttrs.h.inc"
#define GET_OP_CLASSES
#include "shardc/Dialect/Dist/DistOps.h.inc"

#include "shardc/Dialect/Dist/Placement.h"

#endif // SHARDC_DIALECT_DIST_DIST_H
