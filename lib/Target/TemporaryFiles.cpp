//===- TemporaryFiles.cpp - For tools that take files alone ------------------------------------===//
#include "TemporaryFiles.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

using namespace shardc::codegen;

TemporaryFiles::~TemporaryFiles() {
  for (const std::string &path : paths) {
    llvm::sys::fs::remove(path);
    llvm::sys::DontRemoveFileOnSignal(path);
  }
}

llvm::Expected<std::string> TemporaryFiles::create(llvm::StringRef suffix, llvm::StringRef bytes) {
  int descriptor = -1;
  llvm::SmallString<128> path;
  if (std::error_code error = llvm::sys::fs::createTemporaryFile("shardc", suffix, descriptor, path))
    return llvm::createStringError(error, "cannot make a temporary file: " + error.message());
  paths.push_back(path.str().str());
  llvm::sys::RemoveFileOnSignal(path);
  llvm::raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
  stream << bytes;
  stream.close();
  std::error_code error = stream.error();
  stream.clear_error();
  if (error)
    return llvm::createStringError(error, "cannot write " + paths.back() + ": " + error.message());
  return paths.back();
}
