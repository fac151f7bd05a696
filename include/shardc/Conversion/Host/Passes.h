//===- Passes.h - From sections to calls -------------------------------------------------------===//
#ifndef SHARDC_CONVERSION_HOST_PASSES_H
#define SHARDC_CONVERSION_HOST_PASSES_H

#include "mlir/Pass/Pass.h"

namespace shardc {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "shardc/Conversion/Host/Passes.h.inc"

} // namespace shardc

#endif // SHARDC_CONVERSION_HOST_PASSES_H
