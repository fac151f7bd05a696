//===- NN.h - The nn dialect -------------------------------------------------------------------===//
#ifndef SHARDC_DIALECT_NN_NN_H
#define SHARDC_DIALECT_NN_NN_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "shardc/Interfaces/ModuleInterfaces.h"
#include "shardc/Interfaces/OpInterfaces.h"

#include "shardc/Dialect/NN/NNDialect.h.inc"
#define GET_ATTRDEF_CLASSES
#include "shardc/Dialect/NN/NNAttrs.h.inc"
#define GET_OP_CLASSES
#include "shardc/Dialect/NN/NNOps.h.inc"

namespace shardc::nn {

/// Lets a module say what is known of its model beside its classes.
void setModel(mlir::ModuleOp module, ModelAttr model);

} // namespace shardc::nn

#endif // SHARDC_DIALECT_NN_NN_H
