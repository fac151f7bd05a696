//===- Passes.h - From kernels to vector code --------------------------------------------------===//
#ifndef SHARDC_CONVERSION_KERNELS_PASSES_H
#define SHARDC_CONVERSION_KERNELS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace shardc {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "shardc/Conversion/Kernels/Passes.h.inc"

} // namespace shardc

#endif // SHARDC_CONVERSION_KERNELS_PASSES_H
