//===- Passes.h - From exec to LLVM ----------------------------------------------------------------------------------------------===//
#ifndef SHARDC_CONVERSION_PASSES_H
#define SHARDC_CONVERSION_PASSES_H

#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace shardc {

#define GEN_PASS_DECL
#include "shardc/Conversion/Passes.h.inc"

/// Appends the passes from functions over vectors to LLVM. Memory becomes plain pointers.
void buildVectorToLLVM(mlir::OpPassManager &pm);

/// Registers the pipeline `exec-kernels-to-llvm`: kernels to functions over vectors to LLVM.
void registerConversionPipelines();

#define GEN_PASS_REGISTRATION
#include "shardc/Conversion/Passes.h.inc"

} // namespace shardc

#endif // SHARDC_CONVERSION_PASSES_H
