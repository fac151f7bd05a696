//===- Manifest.h - What a program file says of itself ---------------------------------------------------------------------------===//
#ifndef SHARDC_LIB_CONVERSION_MANIFEST_H
#define SHARDC_LIB_CONVERSION_MANIFEST_H

#include "CpuFeatures.h"
#include "Groups.h"
#include "shardc/Conversion/Codegen.h"
#include "shardc/Conversion/GpuCode.h"

namespace shardc::codegen {

/// Builds the manifest of a placed program, without its digest; docs/manifest.md describes it.
mlir::FailureOr<llvm::json::Object> buildManifest(mlir::ModuleOp program, const CodegenOptions &options, const CpuModel &cpu,
                                                  const Groups &groups, const GpuCode *gpu);

} // namespace shardc::codegen

#endif // SHARDC_LIB_CONVERSION_MANIFEST_H
