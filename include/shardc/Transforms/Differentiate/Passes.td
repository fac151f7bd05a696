//===- Passes.td - From a forward pass to a training step --------------------------------------===//
#ifndef SHARDC_TRANSFORMS_DIFFERENTIATE_PASSES_TD
#define SHARDC_TRANSFORMS_DIFFERENTIATE_PASSES_TD

include "mlir/Pass/PassBase.td"

def DifferentiateModelPass : Pass<"shardc-differentiate-model", "::mlir::ModuleOp"> {
  let summary = "Forward, backward, clipping, optimizer";
  let description = [{
    Before: `@forward` and the variants that it calls. After: `@micro`, one micro batch: forward, backward, gradients accumulated; `@update`: global norm, clipping, AdamW; for each
    variant a function `forward.X` that returns its residuals besides, and a function `backward.X` that takes residuals and then the cotangents of the results. Residuals that are operands are passed again, not
    returned. A backward function returns cotangents of the operands that something flows back to.

    A cotangent may be wider than its primal, as gradients of weights computed in bfloat16 are float32; it is rounded to the primal's type where an operation that computes takes it. A gradient is
    accumulated in the element type in which its parameter's chain says that it is reduced over ranks.

    A residual that is returned is marked `keep`. In a function with `dist.checkpoint` only values behind `dist.keep` are, those that others are recomputed from included; the others are marked `recompute`.

    Invariants, checked here: the placement of a cotangent is the dual of its primal's; a gradient that reaches the optimizer has exactly its parameter's stored placement.
    Examples: `test/Transforms/Differentiate/differentiate-model.mlir`, `differentiate-model-functions.mlir`,
    `differentiate-model-checkpoint.mlir`, `differentiate-model-update.mlir`.
  }];
  let dependentDialects = ["::shardc::dist::DistDialect", "::shardc::exec::ExecDialect"];
}

#endif // SHARDC_TRANSFORMS_DIFFERENTIATE_PASSES_TD
