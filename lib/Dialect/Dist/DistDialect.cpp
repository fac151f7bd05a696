//===- DistDialect.cpp - The dist dialect ------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace shardc;

#include "shardc/Dialect/Dist/DistDialect.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "shardc/Dialect/Dist/DistAttrs.cpp.inc"
#define GET_OP_CLASSES
#include "shardc/Dialect/Dist/DistOps.cpp.inc"

void dist::DistDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "shardc/Dialect/Dist/DistAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "shardc/Dialect/Dist/DistOps.cpp.inc"
      >();
}

LogicalResult dist::DistDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  if (attribute.getName() == "dist.checkpoint" &&
      (!isa<UnitAttr>(attribute.getValue()) || !isa<FunctionOpInterface>(op)))
    return op->emitError("dist.checkpoint is a mark on a function, got ")
           << attribute.getValue() << " on " << op->getName();
  return success();
}

LogicalResult dist::DistDialect::verifyRegionResultAttribute(Operation *op, unsigned, unsigned result,
                                                             NamedAttribute attribute) {
  if (attribute.getName() != "dist.residual")
    return success();
  auto text = dyn_cast<StringAttr>(attribute.getValue());
  if (text && (text == "keep" || text == "recompute"))
    return success();
  return op->emitError("dist.residual of result ")
         << result << " must be \"keep\" or \"recompute\", got " << attribute.getValue();
}
