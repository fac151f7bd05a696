//===- Passes.h - From kernels to vector code --------------------------------------------------===//
#ifndef SHARDC_CONVERSION_KERNELS_PASSES_H
#define SHARDC_CONVERSION_KERNELS_PASSES_H

#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace shardc {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "shardc/Conversion/Kernels/Passes.h.inc"

/// Appends the passes from functions over vectors to LLVM. Memory becomes plain pointers.
void buildVectorToLLVM(mlir::OpPassManager &pm);

/// Registers the pipeline `shardc-kernels-to-llvm`: kernels to functions over vectors to LLVM.
void registerKernelPipelines();

} // namespace shardc

#endif // SHARDC_CONVERSION_KERNELS_PASSES_H
