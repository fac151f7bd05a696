//===- Passes.td - What kernels are on a GPU ---------------------------------------------------===//
#ifndef SHARDC_CONVERSION_GPU_PASSES_TD
#define SHARDC_CONVERSION_GPU_PASSES_TD

include "mlir/Pass/PassBase.td"

def GpuMathPass : Pass<"shardc-gpu-math", "::mlir::ModuleOp"> {
  let summary = "Writes functions of float32 for the GPU's own approximations";
  let description = [{
    Before: functions over vectors. After, in a program for `cuda`: exp of float32 is the hardware's power of two, corrected to a few units in the last place; divisions of
    float32 may be off by two. The rest is left to `shardc-expand-math`.
    Example: `test/Conversion/Gpu/gpu-math.mlir`.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def EmitGpuKernelsPass : Pass<"shardc-emit-gpu-kernels", "::mlir::ModuleOp"> {
  let summary = "Writes kernels as functions for a GPU, and says how they are launched";
  let description = [{
    Before: each `exec.kernel` keeps the emitter's convention: leading loops are the rows, the innermost loop is the vectorised one. After, in a program for `cuda`: the
    module `@shardc.kernels` has a `func.func` over memory for each, whose rows are spread over blocks and whose elements over threads; a kernel that sums over rows has a second, `NAME$finish`, which
    adds up in fixed order what the blocks of the first have left in the workspace. Each kernel has its launches: functions, grid, threads, operands, numbers. Each `exec.launch`
    asks for the workspace, so that `place` sees it. Programs for the CPU stay as they are.
    Example: `test/Conversion/Gpu/emit-gpu-kernels.mlir`.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::func::FuncDialect", "::mlir::memref::MemRefDialect", "::mlir::NVVM::NVVMDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def MergeGpuFunctionsPass : Pass<"shardc-merge-gpu-functions", "::mlir::ModuleOp"> {
  let summary = "Lets launches share functions that do the same, and marks those that are left as kernels";
  let description = [{
    Before: the functions of `@shardc.kernels` are of the LLVM dialect. After, in a program for `cuda`: no two are the same but for their names; each is marked as a kernel with the threads of its launches.
    Errors: what is a call of the CPU's library and does not exist on a GPU, such as exp of float64. Example: `test/Conversion/Gpu/merge-gpu-functions.mlir`.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::NVVM::NVVMDialect"];
}

#endif // SHARDC_CONVERSION_GPU_PASSES_TD
