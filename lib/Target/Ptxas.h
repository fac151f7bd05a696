//===- Ptxas.h - From PTX to machine code, by NVIDIA's assembler -------------------------------===//
#ifndef SHARDC_LIB_TARGET_PTXAS_H
#define SHARDC_LIB_TARGET_PTXAS_H

#include "llvm/Support/Error.h"
#include <string>

namespace shardc::codegen {

/// Returns the cubin of `ptx` for `architecture`, or ptxas's own words as an error. The same PTX gives the same bytes.
/// May run on any thread.
llvm::Expected<std::string> assemble(llvm::StringRef ptxas, llvm::StringRef ptx, llvm::StringRef architecture);

} // namespace shardc::codegen

#endif // SHARDC_LIB_TARGET_PTXAS_H
