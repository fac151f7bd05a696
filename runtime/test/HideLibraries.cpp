//===- HideLibraries.cpp - A machine without some libraries --------------------------===//
//
// To be preloaded. Libraries whose file names begin with the environment's HIDE are not found.
//
//===------------------------------------------------------------------------===//

#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <string>

extern "C" void *dlopen(const char *file, int mode) {
  static auto *next = reinterpret_cast<void *(*)(const char *, int)>(dlsym(RTLD_NEXT, "dlopen"));
  const char *hidden = getenv("HIDE");
  if (file && hidden && strncmp(file, hidden, strlen(hidden)) == 0)
    return next((std::string("hidden-") + file).c_str(), mode);
  return next(file, mode);
}
