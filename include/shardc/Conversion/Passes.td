//===- Passes.td - From exec to LLVM ---------------------------------------------------------------------------------------------===//
#ifndef SHARDC_CONVERSION_PASSES_TD
#define SHARDC_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def EmitKernelsPass : Pass<"exec-emit-kernels", "::mlir::ModuleOp"> {
  let summary = "Writes kernels as loops over vectors";
  let description = [{
    Before: each `exec.kernel` keeps the emitter's convention: leading loops are the rows, the innermost loop is the vectorised one.
    After: each is a `func.func` over memory, `name(arguments..., results..., coordinates..., begin, end)`, whose rows run in one loop and whose
    stages are loop nests of vector operations. Values between stages lie in registers or in scratch of one row.
    Example: `test/Conversion/emit-kernels.mlir`.
  }];
  let options = [Option<"vectorBytes", "vector-bytes", "int64_t", "32", "Bytes of a vector register">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::func::FuncDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def ExpandMathPass : Pass<"exec-expand-math", "::mlir::ModuleOp"> {
  let summary = "Writes functions of float32 as polynomials";
  let description = [{
    Before: `math` operations on scalars and vectors. After: exp, log, tanh and the like of float32 are arithmetic; those of float64 stay, and become calls
    of libm, one for each lane.
    Example: `test/Conversion/expand-math.mlir`.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::func::FuncDialect", "::mlir::math::MathDialect", "::mlir::vector::VectorDialect"];
}

def ExpandBFloat16Pass : Pass<"exec-expand-bfloat16", "::mlir::ModuleOp"> {
  let summary = "Writes bfloat16 as 16 bits, and its conversions as operations on them";
  let description = [{
    Before: `arith.extf` from and `arith.truncf` to bfloat16, and what moves such numbers. After: no value is a bfloat16; conversions are shifts and additions of integers, which round to the nearest, ties to even: the same bits on every CPU, with and
    without instructions for it, whose treatment of the smallest numbers differs. Example: `test/Conversion/expand-bfloat16.mlir`.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def GpuMathPass : Pass<"exec-gpu-math", "::mlir::ModuleOp"> {
  let summary = "Writes functions of float32 for the GPU's own approximations";
  let description = [{
    Before: functions over vectors. After: exp of float32 is the hardware's power of two, corrected to a few units in the last place; divisions of
    float32 may be off by two. The rest is left to `exec-expand-math`.
    Example: `test/Conversion/gpu-math.mlir`.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def GpuWorkspacesPass : Pass<"exec-gpu-workspaces", "::mlir::ModuleOp"> {
  let summary = "Asks for the workspace that kernels need on a GPU";
  let description = [{
    Before: launches without workspace. After: the launches of kernels that sum over rows ask for the partial sums of all blocks.
    Example: `test/Conversion/gpu-workspaces.mlir`.
  }];
}

def SectionsToLLVMPass : Pass<"exec-sections-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Writes sections as straight lines of calls";
  let description = [{
    Before: after `place`, each result of a task has its offset. After: each `exec.section` is a function
    `int32_t shard_section_NAME(shardrt_rank *, char *arena)` of calls; kernels are declared, states are gone.
    Example: `test/Conversion/sections-to-llvm.mlir`.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // SHARDC_CONVERSION_PASSES_TD
