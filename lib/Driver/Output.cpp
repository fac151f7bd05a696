//===- Output.cpp - Files that are whole or not there ------------------------------------------===//

#include "Output.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Signals.h"
#include <unistd.h>

using namespace mlir;

namespace shardc {
namespace {

WriteResult report(StringRef path, const std::error_code &error, llvm::raw_ostream &errors) {
  errors << "shardc: error: cannot write " << path << ": " << error.message() << "\n";
  return WriteResult::DiskFailed;
}

/// Flushes what the producer has written. Without this a crash of the machine could leave an empty file under the final
/// name.
std::error_code syncFile(StringRef path) {
  int descriptor = -1;
  if (std::error_code error = llvm::sys::fs::openFileForRead(path, descriptor))
    return error;
  std::error_code error;
  if (::fsync(descriptor) != 0)
    error = std::error_code(errno, std::generic_category());
  llvm::sys::Process::SafelyCloseFileDescriptor(descriptor);
  return error;
}

} // namespace

WriteResult writeFile(StringRef path, llvm::raw_ostream &errors, llvm::function_ref<LogicalResult(StringRef)> produce) {
  llvm::sys::fs::file_status status;
  if (!llvm::sys::fs::status(path, status)) {
    if (llvm::sys::fs::is_directory(status))
      return report(path, std::make_error_code(std::errc::is_a_directory), errors);
    if (!llvm::sys::fs::is_regular_file(status))
      return succeeded(produce(path)) ? WriteResult::Done : WriteResult::ProducerFailed;
  }
  int descriptor = -1;
  SmallString<256> temporary;
  if (std::error_code error =
          llvm::sys::fs::createUniqueFile(path + ".%%%%%%.tmp", descriptor, temporary, llvm::sys::fs::OF_None,
                                          llvm::sys::fs::all_read | llvm::sys::fs::all_write))
    return report(path, error, errors);
  llvm::sys::Process::SafelyCloseFileDescriptor(descriptor);
  llvm::sys::RemoveFileOnSignal(temporary);
  llvm::scope_exit cleanUp([&] {
    llvm::sys::fs::remove(temporary);
    llvm::sys::DontRemoveFileOnSignal(temporary);
  });
  if (failed(produce(temporary)))
    return WriteResult::ProducerFailed;
  if (std::error_code error = syncFile(temporary))
    return report(path, error, errors);
  if (std::error_code error = llvm::sys::fs::rename(temporary, path))
    return report(path, error, errors);
  return WriteResult::Done;
}

WriteResult writeText(StringRef path, llvm::raw_ostream &errors,
                      llvm::function_ref<LogicalResult(llvm::raw_ostream &)> produce) {
  std::error_code error;
  auto print = [&](StringRef file) -> LogicalResult {
    llvm::raw_fd_ostream os(file, error);
    if (error)
      return failure();
    LogicalResult result = produce(os);
    os.close();
    error = os.error();
    os.clear_error();
    return failure(failed(result) || error);
  };
  WriteResult result = WriteResult::Done;
  if (path.empty() || path == "-")
    result = succeeded(print("-")) ? WriteResult::Done : WriteResult::ProducerFailed;
  else
    result = writeFile(path, errors, print);
  return error ? report(path.empty() ? "standard output" : path, error, errors) : result;
}

} // namespace shardc
