//===- Program.cpp - A compiled program, loaded -------------------------------===//

#include "Program.h"
#include "Error.h"

#include <cerrno>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

using namespace shardrt;

static void checkFile(const std::string &path) {
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    fail(Exit::BadInput, "{}: {}", path, strerror(errno));
  char magic[4] = {};
  ssize_t got = read(fd, magic, sizeof magic);
  close(fd);
  if (got != 4 || memcmp(magic, "\177ELF", 4) != 0)
    fail(Exit::BadInput, "{}: not a program file: expected a shared object made by shardc", path);
}

static void *openObject(const std::string &path, int mode) {
  std::string name = path.find('/') == std::string::npos ? "./" + path : path;
  void *handle = dlopen(name.c_str(), mode | RTLD_LOCAL);
  if (!handle)
    fail(Exit::BadInput, "{}: not a program file: {}", path, dlerror());
  return handle;
}

/// Opens the object with its calls unresolved, so that a program of another version is named as such and not by a call it
/// misses.
static void checkVersion(const std::string &path) {
  void *handle = openObject(path, RTLD_LAZY);
  auto *found = static_cast<const int32_t *>(dlsym(handle, "shard_abi_version"));
  int32_t version = found ? *found : 0;
  dlclose(handle);
  if (!found)
    fail(Exit::BadInput, "{}: not a program file: it has no shard_abi_version", path);
  if (version != SHARDRT_ABI_VERSION)
    fail(Exit::BadInput, "{}: the program has ABI version {}, this runtime has {}", path, version, SHARDRT_ABI_VERSION);
}

Program::Program(const std::string &path) {
  checkFile(path);
  checkVersion(path);
  handle = openObject(path, RTLD_NOW);
  auto *text = static_cast<const char *>(dlsym(handle, "shard_manifest"));
  if (!text)
    fail(Exit::BadInput, "{}: not a program file: it has no shard_manifest", path);
  manifest = parseManifest(text, path);
  for (const StepEntry &entry : manifest.step) {
    auto section = reinterpret_cast<Section>(dlsym(handle, ("shard_section_" + entry.section).c_str()));
    if (!section)
      fail(Exit::BadInput, "{}: the program has no section \"{}\"", path, entry.section);
    sections.push_back(section);
  }
}

Program::~Program() {
  if (handle)
    dlclose(handle);
}
