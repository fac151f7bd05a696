//===- ExecDialect.cpp - The exec dialect ------------------------------------------------------===//
#include "shardc/Dialect/Exec/Exec.h"

using namespace mlir;
using namespace shardc;

#include "shardc/Dialect/Exec/ExecDialect.cpp.inc"
#include "shardc/Dialect/Exec/ExecInterfaces.cpp.inc"
#define GET_OP_CLASSES
#include "shardc/Dialect/Exec/ExecOps.cpp.inc"

void exec::ExecDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "shardc/Dialect/Exec/ExecOps.cpp.inc"
      >();
}
