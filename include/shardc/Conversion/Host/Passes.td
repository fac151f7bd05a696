//===- Passes.td - From sections to calls ------------------------------------------------------===//
#ifndef SHARDC_CONVERSION_HOST_PASSES_TD
#define SHARDC_CONVERSION_HOST_PASSES_TD

include "mlir/Pass/PassBase.td"

def SectionsToLLVMPass : Pass<"shardc-sections-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Writes sections as straight lines of calls";
  let description = [{
    Before: after `place`, each result of a task has its offset. After: the module `@shardc.host` has, for each `exec.section`, a function
    `int32_t shard_section_NAME(shardrt_rank *, char *arena)` of calls, and declares what they call. Kernels of a program for the CPU are called; for `cuda` their launches
    are handed over by the functions' numbers, and each task says its stream. Errors: a task without an offset, or for `cuda` without an id; a kernel without launches on a GPU.
    Example: `test/Conversion/Host/sections-to-llvm.mlir`.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // SHARDC_CONVERSION_HOST_PASSES_TD
