//===- Link.h - From object files to a shared object -------------------------------------------===//
#ifndef SHARDC_LIB_TARGET_LINK_H
#define SHARDC_LIB_TARGET_LINK_H

#include "ObjectFile.h"

namespace shardc::codegen {

/// Links objects into a shared object at `path`, by lld in this process, and seals it. The runtime's symbols and libm's
/// stay undefined. The bytes depend on the objects alone.
mlir::LogicalResult link(mlir::ArrayRef<ObjectFile> objects, llvm::StringRef path, mlir::Location loc);

} // namespace shardc::codegen

#endif // SHARDC_LIB_TARGET_LINK_H
