//===- Manifest.h - What a program file says of itself -----------------------------------------===//
#ifndef SHARDC_LIB_TARGET_MANIFEST_H
#define SHARDC_LIB_TARGET_MANIFEST_H

#include "shardc/Conversion/Kernels/CpuModel.h"
#include "shardc/Target/Codegen.h"
#include "shardc/Target/GpuCode.h"

namespace shardc::codegen {

/// Builds the manifest of a placed program, without its digest; docs/manifest.md describes it.
mlir::FailureOr<llvm::json::Object> buildManifest(mlir::ModuleOp program, const CpuModel &cpu,
                                                  llvm::ArrayRef<GpuImage> images);

} // namespace shardc::codegen

#endif // SHARDC_LIB_TARGET_MANIFEST_H
