//===- Library.cpp - A shared library, opened at run time --------------------------===//

#include "cuda/Library.h"
#include "program/Error.h"

#include <dlfcn.h>

using namespace shardrt;

cuda::Library::Library(const std::vector<const char *> &files, const char *owner) {
  std::string reason;
  for (const char *file : files) {
    name = file;
    handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (handle)
      return;
    const char *error = dlerror();
    if (reason.empty() && error)
      reason = error;
  }
  fail(Exit::NoDevice, "the program runs on a GPU, which needs {}: {}: install {}", fmt::join(files, " or "), reason,
       owner);
}

void *cuda::Library::lookUp(const char *symbol) const {
  void *found = dlsym(handle, symbol);
  if (!found)
    fail(Exit::NoDevice, "{} has no {}: expected a library of CUDA 12.0 or later", name, symbol);
  return found;
}
