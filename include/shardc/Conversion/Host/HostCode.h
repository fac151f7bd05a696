//===- HostCode.h - Sections as straight lines of calls ----------------------------------------===//
#ifndef SHARDC_CONVERSION_HOST_HOSTCODE_H
#define SHARDC_CONVERSION_HOST_HOSTCODE_H

#include "shardc/Conversion/Gpu/GpuCode.h"
#include "shardc/Conversion/Host/Groups.h"

namespace shardc::codegen {

/// Writes all sections of `program` into `host`, in the LLVM dialect: `shard_section_NAME` for each, declarations of
/// kernels and of runtime functions, and constants. With `gpu`, tasks go to streams and launches to the functions of
/// its kernels.
mlir::LogicalResult emitSections(mlir::ModuleOp program, mlir::ModuleOp host, const Groups &groups,
                                 const std::vector<GpuKernel> *gpu = nullptr);

} // namespace shardc::codegen

#endif // SHARDC_CONVERSION_HOST_HOSTCODE_H
