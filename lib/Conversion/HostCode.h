//===- HostCode.h - Sections as straight lines of calls -------------------------------------------------------------------------===//
#ifndef SHARDC_LIB_CONVERSION_HOSTCODE_H
#define SHARDC_LIB_CONVERSION_HOSTCODE_H

#include "Groups.h"
#include "mlir/IR/BuiltinOps.h"

namespace shardc::codegen {

/// Writes all sections of `program` into `host`, in the LLVM dialect: `shard_section_NAME` for each, declarations of kernels
/// and of runtime functions, and constants.
mlir::LogicalResult emitSections(mlir::ModuleOp program, mlir::ModuleOp host, const Groups &groups);

} // namespace shardc::codegen

#endif // SHARDC_LIB_CONVERSION_HOSTCODE_H
