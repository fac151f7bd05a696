//===- Passes.h - What kernels are on a GPU ----------------------------------------------------===//
#ifndef SHARDC_CONVERSION_GPU_PASSES_H
#define SHARDC_CONVERSION_GPU_PASSES_H

#include "mlir/Pass/Pass.h"

namespace shardc {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "shardc/Conversion/Gpu/Passes.h.inc"

} // namespace shardc

#endif // SHARDC_CONVERSION_GPU_PASSES_H
