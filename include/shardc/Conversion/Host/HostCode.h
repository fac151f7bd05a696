//===- HostCode.h - Sections as straight lines of calls ----------------------------------------===//
#ifndef SHARDC_CONVERSION_HOST_HOSTCODE_H
#define SHARDC_CONVERSION_HOST_HOSTCODE_H

#include "mlir/IR/BuiltinOps.h"

namespace shardc::codegen {

/// Writes all sections of `program` into `host`, in the LLVM dialect: `shard_section_NAME` for each, declarations of
/// kernels and of runtime functions, and constants. For a GPU tasks go to streams, and launches name functions by their
/// numbers: the position of a launch among those of all kernels.
mlir::LogicalResult emitSections(mlir::ModuleOp program, mlir::ModuleOp host);

} // namespace shardc::codegen

#endif // SHARDC_CONVERSION_HOST_HOSTCODE_H
