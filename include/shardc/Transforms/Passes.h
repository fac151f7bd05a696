//===- Passes.h - Passes from a model to a training step ------------------------------------------------------------------------------===//
#ifndef SHARDC_TRANSFORMS_PASSES_H
#define SHARDC_TRANSFORMS_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "shardc/Dialect/Exec/Exec.h"

namespace shardc {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "shardc/Transforms/Passes.h.inc"

} // namespace shardc

#endif // SHARDC_TRANSFORMS_PASSES_H
