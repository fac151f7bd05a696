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
