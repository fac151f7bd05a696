//===- TemporaryFiles.h - For tools that take files alone --------------------------------------===//
#ifndef SHARDC_LIB_TARGET_TEMPORARYFILES_H
#define SHARDC_LIB_TARGET_TEMPORARYFILES_H

#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace shardc::codegen {

/// Files that are removed when the object dies, and where a signal ends the process.
class TemporaryFiles {
public:
  TemporaryFiles() = default;
  ~TemporaryFiles();
  TemporaryFiles(const TemporaryFiles &) = delete;
  TemporaryFiles &operator=(const TemporaryFiles &) = delete;

  /// Makes a file whose name ends in `suffix`, with `bytes` in it; returns its path.
  llvm::Expected<std::string> create(llvm::StringRef suffix, llvm::StringRef bytes = "");

private:
  std::vector<std::string> paths;
};

} // namespace shardc::codegen

#endif // SHARDC_LIB_TARGET_TEMPORARYFILES_H
