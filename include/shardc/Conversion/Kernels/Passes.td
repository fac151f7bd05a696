//===- Passes.td - From kernels to vector code -------------------------------------------------===//
#ifndef SHARDC_CONVERSION_KERNELS_PASSES_TD
#define SHARDC_CONVERSION_KERNELS_PASSES_TD

include "mlir/Pass/PassBase.td"

def EmitKernelsPass : Pass<"shardc-emit-kernels", "::mlir::ModuleOp"> {
  let summary = "Writes kernels as loops over vectors";
  let description = [{
    Before: each `exec.kernel` keeps the emitter's convention: leading loops are the rows, the innermost loop is the vectorised one.
    After, in a program for the CPU: the module `@shardc.kernels` has a `func.func` over memory for each, `name(arguments..., results..., coordinates..., begin, end)`, whose rows run in one loop and whose
    stages are loop nests of vector operations, as wide as the registers of the target's instruction set. Values between stages lie in registers or in scratch of one row.
    Errors: a CPU that LLVM does not know, a kernel with launches on a GPU.
    Example: `test/Conversion/Kernels/emit-kernels.mlir`.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::func::FuncDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def ExpandMathPass : Pass<"shardc-expand-math", "::mlir::ModuleOp"> {
  let summary = "Writes functions of float32 as polynomials";
  let description = [{
    Before: `math` operations on scalars and vectors. After: exp, log, tanh and the like of float32 are arithmetic; those of float64 stay, and become calls
    of libm, one for each lane.
    Example: `test/Conversion/Kernels/expand-math.mlir`.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::func::FuncDialect", "::mlir::math::MathDialect", "::mlir::vector::VectorDialect"];
}

def ExpandBFloat16Pass : Pass<"shardc-expand-bfloat16", "::mlir::ModuleOp"> {
  let summary = "Writes bfloat16 as 16 bits, and its conversions as operations on them";
  let description = [{
    Before: `arith.extf` from and `arith.truncf` to bfloat16, and what moves such numbers. After, in a program for the CPU: no value is a bfloat16; conversions are shifts and additions of integers, which round to the nearest, ties to even: the same bits on every CPU, with and
    without instructions for it, whose treatment of the smallest numbers differs. Example: `test/Conversion/Kernels/expand-bfloat16.mlir`.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

#endif // SHARDC_CONVERSION_KERNELS_PASSES_TD
