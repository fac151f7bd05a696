//===- Passes.td - What kernels are on a GPU ---------------------------------------------------===//
#ifndef SHARDC_CONVERSION_GPU_PASSES_TD
#define SHARDC_CONVERSION_GPU_PASSES_TD

include "mlir/Pass/PassBase.td"

def GpuMathPass : Pass<"shardc-gpu-math", "::mlir::ModuleOp"> {
  let summary = "Writes functions of float32 for the GPU's own approximations";
  let description = [{
    Before: functions over vectors. After: exp of float32 is the hardware's power of two, corrected to a few units in the last place; divisions of
    float32 may be off by two. The rest is left to `shardc-expand-math`.
    Example: `test/Conversion/Gpu/gpu-math.mlir`.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def GpuWorkspacesPass : Pass<"shardc-gpu-workspaces", "::mlir::ModuleOp"> {
  let summary = "Asks for the workspace that kernels need on a GPU";
  let description = [{
    Before: launches without workspace. After: the launches of kernels that sum over rows ask for the partial sums of all blocks.
    Example: `test/Conversion/Gpu/gpu-workspaces.mlir`.
  }];
}

#endif // SHARDC_CONVERSION_GPU_PASSES_TD
