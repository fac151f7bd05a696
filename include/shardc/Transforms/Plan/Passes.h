//===- Passes.h - From a model to functions with a plan ----------------------------------------===//
#ifndef SHARDC_TRANSFORMS_PLAN_PASSES_H
#define SHARDC_TRANSFORMS_PLAN_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "shardc/Dialect/Exec/Exec.h"

namespace shardc {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "shardc/Transforms/Plan/Passes.h.inc"

} // namespace shardc

#endif // SHARDC_TRANSFORMS_PLAN_PASSES_H
