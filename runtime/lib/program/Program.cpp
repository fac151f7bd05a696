//===- Program.cpp - A compiled program, loaded -------------------------------===//

#include "program/Program.h"
#include "program/Error.h"
#include "program/Seal.h"

#include <dlfcn.h>
#include <filesystem>

using namespace shardrt;

/// Returns a name of the open file itself, whatever has its path by now: through the number that /proc gives this
/// process, so that a debugger, another process, opens it too.
static std::string nameOf(const InputFile &file) {
  std::error_code error;
  std::filesystem::path self = std::filesystem::read_symlink("/proc/self", error);
  if (error)
    fail(Exit::BadInput, "{}: programs are opened through /proc, which is not mounted: {}", file.getPath(),
         error.message());
  return fmt::format("/proc/{}/fd/{}", self.string(), file.descriptor());
}

/// Opens the file as a shared object. The dynamic loader's words are said of the path that the user knows.
static void *openObject(const InputFile &file, int mode) {
  std::string name = nameOf(file);
  if (void *handle = dlopen(name.c_str(), mode | RTLD_LOCAL))
    return handle;
  std::string words = dlerror();
  if (words.starts_with(name + ": "))
    words.erase(0, name.size() + 2);
  fail(Exit::BadInput, "{}: not a program file: {}", file.getPath(), words);
}

/// Opens the object with its calls unresolved, so that a program of another version is named as such and not by a call
/// it misses.
static void checkVersion(const InputFile &file) {
  const std::string &path = file.getPath();
  void *handle = openObject(file, RTLD_LAZY);
  auto *found = static_cast<const int32_t *>(dlsym(handle, "shard_abi_version"));
  int32_t version = found ? *found : 0;
  dlclose(handle);
  if (!found)
    fail(Exit::BadInput, "{}: not a program file: it has no shard_abi_version", path);
  if (version != SHARDRT_ABI_VERSION)
    fail(Exit::BadInput, "{}: the program has ABI version {}, this runtime has {}", path, version, SHARDRT_ABI_VERSION);
}

Program::Program(const std::string &path) : path(path), file(path) {
  checkSeal(file);
  checkVersion(file);
  handle = openObject(file, RTLD_NOW);
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
