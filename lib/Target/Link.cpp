//===- Link.cpp - From object files to a shared object -----------------------------------------===//
#include "Link.h"
#include "TemporaryFiles.h"
#include "lld/Common/Driver.h"
#include "shardrt/seal.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"
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

/// Writes the hash of the file behind it, by which the runtime knows that it is whole. Loaders read segments and do not
/// see it.
static LogicalResult seal(StringRef path, Location loc) {
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> file = llvm::MemoryBuffer::getFile(path);
  if (!file)
    return emitError(loc) << "cannot read " << path << ": " << file.getError().message();
  llvm::XXH128_hash_t hash = llvm::xxh3_128bits(llvm::arrayRefFromStringRef((*file)->getBuffer()));
  shardrt_seal seal{{}, hash.low64, hash.high64};
  memcpy(seal.magic, SHARDRT_SEAL_MAGIC, sizeof seal.magic);
  std::error_code error;
  llvm::raw_fd_ostream stream(path, error, llvm::sys::fs::OF_Append);
  if (!error) {
    stream.write(reinterpret_cast<const char *>(&seal), sizeof seal);
    stream.close();
    error = stream.error();
    stream.clear_error();
  }
  if (error)
    return emitError(loc) << "cannot write " << path << ": " << error.message();
  return success();
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
    return seal(path, loc);
  return emitError(loc) << "cannot link " << path << ": " << StringRef(messages).trim();
}
