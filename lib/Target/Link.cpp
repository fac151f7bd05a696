//===- Link.cpp - From object files to a shared object -----------------------------------------===//
#include "Link.h"
#include "TemporaryFiles.h"
#include "lld/Common/Driver.h"
#include "llvm/Support/raw_ostream.h"
#include <mutex>

LLD_HAS_DRIVER(elf)

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

/// Writes the objects into files; returns their paths.
static FailureOr<std::vector<std::string>> writeObjects(ArrayRef<ObjectFile> objects, TemporaryFiles &files,
                                                        Location loc) {
  std::vector<std::string> paths;
  for (const ObjectFile &object : objects) {
    llvm::Expected<std::string> path = files.create("o", object);
    if (!path)
      return emitError(loc) << llvm::toString(path.takeError());
    paths.push_back(std::move(*path));
  }
  return paths;
}

LogicalResult codegen::link(ArrayRef<ObjectFile> objects, StringRef path, Location loc) {
  TemporaryFiles files;
  FailureOr<std::vector<std::string>> inputs = writeObjects(objects, files, loc);
  if (failed(inputs))
    return failure();

  std::string output = path.str();
  std::vector<const char *> arguments = {
      "ld.lld",      "-shared",     "-Bsymbolic", "--build-id=none", "--hash-style=gnu", "--eh-frame-hdr", "-z",
      "noexecstack", "--threads=1", "-o",         output.c_str()};
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
