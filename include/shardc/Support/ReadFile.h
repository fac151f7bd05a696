//===- ReadFile.h - Input files within bounds --------------------------------------------------===//
#ifndef SHARDC_SUPPORT_READFILE_H
#define SHARDC_SUPPORT_READFILE_H

#include "mlir/IR/Location.h"
#include "mlir/Support/LLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>

namespace shardc {

/// Reads a file that a user named. What is no ordinary file (a pipe, a device), is larger than `maxBytes` or cannot be
/// read is an error at `asked`, which calls the file `shown`.
mlir::FailureOr<std::unique_ptr<llvm::MemoryBuffer>> readFile(llvm::StringRef path, llvm::StringRef shown,
                                                              uint64_t maxBytes, mlir::Location asked);

/// Reads standard input within the same bound.
mlir::FailureOr<std::unique_ptr<llvm::MemoryBuffer>> readStandardInput(uint64_t maxBytes, mlir::Location asked);

} // namespace shardc

#endif // SHARDC_SUPPORT_READFILE_H
