//===- Lookup.h - Finding parameters, instances and classes by name ----------------------------===//
#ifndef SHARDC_LIB_DIALECT_NN_LOOKUP_H
#define SHARDC_LIB_DIALECT_NN_LOOKUP_H

#include "shardc/Dialect/NN/NN.h"

namespace shardc::nn {

/// Returns the operation of this kind and name in a class, or null.
template <typename Op> Op findIn(ModuleOp module, llvm::StringRef name) {
  for (Op op : module.getBody().getOps<Op>())
    if (op.getName() == name)
      return op;
  return {};
}

/// Returns a class of an instance, or null.
inline ModuleOp lookUp(InstanceOp instance, mlir::Attribute className, mlir::SymbolTableCollection &symbols) {
  return symbols.lookupNearestSymbolFrom<ModuleOp>(instance, mlir::cast<mlir::FlatSymbolRefAttr>(className));
}

} // namespace shardc::nn

#endif // SHARDC_LIB_DIALECT_NN_LOOKUP_H
