//===- Passes.td - From sections to calls ------------------------------------------------------===//
#ifndef SHARDC_CONVERSION_HOST_PASSES_TD
#define SHARDC_CONVERSION_HOST_PASSES_TD

include "mlir/Pass/PassBase.td"

def SectionsToLLVMPass : Pass<"shardc-sections-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Writes sections as straight lines of calls";
  let description = [{
    Before: after `place`, each result of a task has its offset. After: each `exec.section` is a function
    `int32_t shard_section_NAME(shardrt_rank *, char *arena)` of calls; kernels are declared, states are gone.
    Example: `test/Conversion/Host/sections-to-llvm.mlir`.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // SHARDC_CONVERSION_HOST_PASSES_TD
