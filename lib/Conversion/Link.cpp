//===- Link.cpp - From object files to a shared object ---------------------------------------------------------------------------===//
#include "Link.h"
#include "lld/Common/Driver.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <mutex>

LLD_HAS_DRIVER(elf)

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

/// Writes the objects into `folder`; returns their paths.
static FailureOr<std::vector<std::string>> writeObjects(ArrayRef<ObjectFile> objects, StringRef folder, Location loc) {
  std::vector<std::string> paths;
  for (auto [i, object] : llvm::enumerate(objects)) {
    llvm::SmallString<128> path(folder);
    llvm::sys::path::append(path, llvm::Twine(i) + ".o");
    std::error_code error;
    llvm::raw_fd_ostream stream(path, error);
    if (!error) {
      stream << object;
      stream.close();
      error = stream.error();
    }
    if (error) {
      stream.clear_error();
      return emitError(loc) << "cannot write " << path << ": " << error.message();
    }
    paths.push_back(path.str().str());
  }
  return paths;
}

LogicalResult codegen::link(ArrayRef<ObjectFile> objects, StringRef path, Location loc) {
  llvm::SmallString<128> folder;
  if (std::error_code error = llvm::sys::fs::createUniqueDirectory("shardc", folder))
    return emitError(loc) << "cannot make a folder for object files: " << error.message();
  llvm::scope_exit removeFolder([&] { llvm::sys::fs::remove_directories(folder); });
  FailureOr<std::vector<std::string>> inputs = writeObjects(objects, folder, loc);
  if (failed(inputs))
    return failure();

  std::string output = path.str();
  std::vector<const char *> arguments = {"ld.lld",         "-shared", "-Bsymbolic",  "--build-id=none", "--hash-style=gnu",
                                         "--eh-frame-hdr", "-z",      "noexecstack", "--threads=1",     "-o",
                                         output.c_str()};
  for (const std::string &input : *inputs)
    arguments.push_back(input.c_str());
  std::string messages;
  llvm::raw_string_ostream stream(messages);
  static std::mutex linker; // lld keeps its state in globals
  std::lock_guard<std::mutex> lock(linker);
  const lld::DriverDef drivers[] = {{lld::Gnu, &lld::elf::link}};
  if (lld::lldMain(arguments, stream, stream, drivers).retCode == 0)
    return success();
  return emitError(loc) << "cannot link " << path << ": " << StringRef(messages).trim();
}
