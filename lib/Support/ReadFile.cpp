//===- ReadFile.cpp - Input files within bounds ------------------------------------------------===//

#include "shardc/Support/ReadFile.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/FileSystem.h"

using namespace mlir;

namespace shardc {

FailureOr<std::unique_ptr<llvm::MemoryBuffer>> readFile(StringRef path, StringRef shown, uint64_t maxBytes,
                                                        Location asked) {
  llvm::sys::fs::file_status status;
  if (std::error_code error = llvm::sys::fs::status(path, status))
    return emitError(asked) << "cannot read " << shown << ": " << error.message();
  if (!llvm::sys::fs::is_regular_file(status))
    return emitError(asked) << "cannot read " << shown << ": not a file";
  if (status.getSize() > maxBytes)
    return emitError(asked) << shown << " has " << status.getSize() << " bytes, at most " << maxBytes << " are read";
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return emitError(asked) << "cannot read " << shown << ": " << buffer.getError().message();
  return std::move(*buffer);
}

FailureOr<std::unique_ptr<llvm::MemoryBuffer>> readStandardInput(uint64_t maxBytes, Location asked) {
  auto buffer = llvm::MemoryBuffer::getSTDIN();
  if (!buffer)
    return emitError(asked) << "cannot read standard input: " << buffer.getError().message();
  if ((*buffer)->getBufferSize() > maxBytes)
    return emitError(asked) << "standard input has " << (*buffer)->getBufferSize() << " bytes, at most " << maxBytes
                            << " are read";
  return std::move(*buffer);
}

} // namespace shardc
