//===- Passes.h - From tasks to sections -------------------------------------------------------===//
#ifndef SHARDC_TRANSFORMS_SCHEDULE_PASSES_H
#define SHARDC_TRANSFORMS_SCHEDULE_PASSES_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "shardc/Dialect/Exec/Exec.h"

namespace shardc {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "shardc/Transforms/Schedule/Passes.h.inc"

} // namespace shardc

#endif // SHARDC_TRANSFORMS_SCHEDULE_PASSES_H
