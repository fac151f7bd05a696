//===- Passes.h - From a forward pass to a training step ---------------------------------------===//
#ifndef SHARDC_TRANSFORMS_DIFFERENTIATE_PASSES_H
#define SHARDC_TRANSFORMS_DIFFERENTIATE_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "shardc/Dialect/Exec/Exec.h"

namespace shardc {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "shardc/Transforms/Differentiate/Passes.h.inc"

} // namespace shardc

#endif // SHARDC_TRANSFORMS_DIFFERENTIATE_PASSES_H
