//===- Program.cpp - A compiled program, loaded -------------------------------===//

#include "program/Program.h"
#include "program/Error.h"
#include "program/InputFile.h"

#include <algorithm>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>

using namespace shardrt;

/// Returns the size that a file must have for its segments to be loaded; 0 if it is no object of this machine.
static uint64_t loadedBytes(const InputFile &file) {
  Elf64_Ehdr header;
  if (file.read(&header, 0, sizeof header) != sizeof header || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof(Elf64_Phdr))
    return 0;
  uint64_t bytes = sizeof header;
  for (uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    auto at = static_cast<int64_t>(header.e_phoff + i * sizeof segment);
    if (file.read(&segment, at, sizeof segment) != sizeof segment)
      return 0;
    if (segment.p_type == PT_LOAD)
      bytes = std::max(bytes, segment.p_offset + segment.p_filesz);
  }
  return bytes;
}

/// Refuses what the dynamic loader would refuse in words of its own, or, where the file is cut short, die of.
static void checkFile(const std::string &path) {
  InputFile file(path);
  uint64_t needed = loadedBytes(file);
  if (needed == 0)
    fail(Exit::BadInput, "{}: not a program file: expected a shared object made by shardc", path);
  if (static_cast<uint64_t>(file.size()) < needed)
    fail(Exit::BadInput, "{}: not a program file: it has {} bytes, expected at least {}: the file is truncated", path,
         file.size(), needed);
}

static void *openObject(const std::string &path, int mode) {
  std::string name = path.find('/') == std::string::npos ? "./" + path : path;
  void *handle = dlopen(name.c_str(), mode | RTLD_LOCAL);
  if (!handle)
    fail(Exit::BadInput, "{}: not a program file: {}", path, dlerror());
  return handle;
}

/// Opens the object with its calls unresolved, so that a program of another version is named as such and not by a call
/// it misses.
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

Program::Program(const std::string &path) : path(path) {
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

const std::vector<int64_t> *Program::findTaskNames(Section section) const {
  for (size_t entry = 0; entry < sections.size(); ++entry)
    if (sections[entry] == section)
      if (auto found = manifest.gpu->tasks.find(manifest.step[entry].section); found != manifest.gpu->tasks.end())
        return &found->second;
  return nullptr;
}

const char *Program::getImage(const GpuImage &image) const {
  auto *data = static_cast<const char *>(dlsym(handle, image.symbol.c_str()));
  if (!data)
    fail(Exit::BadInput, "{}: the program has no {}, its code for {}", path, image.symbol, image.architecture);
  return data;
}

Program::~Program() {
  if (handle)
    dlclose(handle);
}
