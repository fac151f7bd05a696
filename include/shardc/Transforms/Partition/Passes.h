//===- Passes.h - From global shapes to local ones ---------------------------------------------===//
#ifndef SHARDC_TRANSFORMS_PARTITION_PASSES_H
#define SHARDC_TRANSFORMS_PARTITION_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "shardc/Dialect/Exec/Exec.h"

namespace shardc {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "shardc/Transforms/Partition/Passes.h.inc"

} // namespace shardc

#endif // SHARDC_TRANSFORMS_PARTITION_PASSES_H
