//===- ExecDialect.cpp - The exec dialect ------------------------------------------------------===//
#include "mlir/IR/DialectImplementation.h"
#include "shardc/Dialect/Exec/Exec.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace shardc;

#include "shardc/Dialect/Exec/ExecDialect.cpp.inc"
#include "shardc/Dialect/Exec/ExecEnums.cpp.inc"
#include "shardc/Dialect/Exec/ExecInterfaces.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "shardc/Dialect/Exec/ExecAttrs.cpp.inc"
#define GET_OP_CLASSES
#include "shardc/Dialect/Exec/ExecOps.cpp.inc"

void exec::ExecDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "shardc/Dialect/Exec/ExecAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "shardc/Dialect/Exec/ExecOps.cpp.inc"
      >();
}
