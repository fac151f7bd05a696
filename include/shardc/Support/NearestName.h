//===- NearestName.h - What a misspelt name most likely means ----------------------------------===//
#ifndef SHARDC_SUPPORT_NEARESTNAME_H
#define SHARDC_SUPPORT_NEARESTNAME_H

#include "mlir/Support/LLVM.h"

namespace shardc {

/// Returns the known name nearest to a misspelt one, or an empty string if none is near.
llvm::StringRef nearestName(llvm::StringRef name, llvm::ArrayRef<llvm::StringRef> known);

} // namespace shardc

#endif // SHARDC_SUPPORT_NEARESTNAME_H
