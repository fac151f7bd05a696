//===- Host.cpp - The machine that shard-run finds itself on ---------------------===//

#include "job/Host.h"
#include "program/Error.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <set>
#include <sstream>
#include <unistd.h>

using namespace shardrt;

/// Features of LLVM's that no compiled kernel uses: they concern the system, or tell only how to tune.
static bool isIrrelevant(const std::string &feature) {
  static const std::set<std::string> names = {
      "cldemote", "clflushopt", "clwb",      "clzero",  "cmpccxadd", "enqcmd",    "fsgsbase", "hreset", "invpcid",
      "kl",       "lwp",        "movdir64b", "movdiri", "mwaitx",    "pconfig",   "pku",      "prfchw", "ptwrite",
      "rdpid",    "rdpru",      "rdrnd",     "rdseed",  "rtm",       "serialize", "sgx",      "shstk",  "tsxldtrk",
      "uintr",    "waitpkg",    "wbnoinvd",  "widekl",  "xsave",     "xsavec",    "xsaveopt", "xsaves", "64bit",
      "usermsr",  "prefetchi",  "raoint",    "zu",      "evex512",   "fxsr",      "cx8",      "sahf"};
  return names.count(feature) != 0;
}

/// Returns how Linux spells a feature, without dots and underscores.
static std::string linuxName(std::string feature) {
  static const std::pair<const char *, const char *> renamed[] = {
      {"sse3", "pni"},  {"lzcnt", "abm"},        {"bmi", "bmi1"}, {"crc32", "sse42"},
      {"sha", "shani"}, {"pclmul", "pclmulqdq"}, {"x87", "fpu"}};
  std::erase_if(feature, [](char c) { return c == '.' || c == '_' || c == '-' || c == '+'; });
  for (auto [ours, theirs] : renamed)
    if (feature == ours)
      return theirs;
  return feature;
}

static std::set<std::string> cpuFlags() {
  std::ifstream stream("/proc/cpuinfo");
  std::set<std::string> flags;
  for (std::string line; flags.empty() && std::getline(stream, line);)
    if (line.starts_with("flags")) {
      std::istringstream words(line.substr(line.find(':') + 1));
      for (std::string word; words >> word;)
        flags.insert(linuxName(word));
    }
  return flags;
}

void shardrt::checkTarget(const Manifest &manifest, const std::string &path) {
  if (manifest.targetKind != "cpu" && manifest.targetKind != "cuda")
    fail(Exit::NoDevice, "{}: the program is for the target \"{}\", this runtime has \"cpu\" and \"cuda\"", path,
         manifest.targetKind);
  std::set<std::string> flags = cpuFlags();
  std::vector<std::string> lacking;
  for (const std::string &feature : manifest.features)
    if (!feature.starts_with("-") && !isIrrelevant(feature) && !isIrrelevant(feature.substr(1)) &&
        !flags.count(linuxName(feature)))
      lacking.push_back(feature);
  if (!lacking.empty())
    fail(Exit::NoDevice, "{}: the program is for the CPU {}, this one lacks {}", path, manifest.cpu,
         fmt::join(lacking, ", "));
}

/// Returns the number at the start of a file, or `otherwise` where there is none.
static int64_t readNumber(const std::string &path, int64_t otherwise) {
  std::ifstream stream(path);
  int64_t number;
  return stream >> number ? number : otherwise;
}

/// Returns what the control group of this process leaves it.
static int64_t controlGroupMemory() {
  std::ifstream stream("/proc/self/cgroup");
  std::string line, folder = "/sys/fs/cgroup";
  if (std::getline(stream, line) && line.starts_with("0::") && line != "0::/")
    folder += line.substr(3);
  int64_t limit = readNumber(folder + "/memory.max", INT64_MAX);
  return limit == INT64_MAX ? limit : std::max<int64_t>(0, limit - readNumber(folder + "/memory.current", 0));
}

int64_t shardrt::availableMemory() {
  std::ifstream stream("/proc/meminfo");
  int64_t available = INT64_MAX;
  for (std::string line; std::getline(stream, line);)
    if (line.starts_with("MemAvailable:"))
      available = strtoll(line.c_str() + strlen("MemAvailable:"), nullptr, 10) * 1024;
  return std::min(available, controlGroupMemory());
}

std::string shardrt::machineId() {
  std::string id;
  if (std::ifstream("/proc/sys/kernel/random/boot_id") >> id)
    return id;
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

void shardrt::checkMemory(const Manifest &manifest, int64_t ranks, int64_t staging, int64_t available) {
  if (manifest.arenaBytes <= available / ranks - staging)
    return;
  std::string kinds;
  for (const MemoryKind &kind : manifest.memory)
    kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", kind.kind, formatBytes(kind.bytes));
  if (staging)
    kinds += fmt::format(", and {} of staging", formatBytes(staging));
  fail(Exit::NoFit, "{} of {} each ({}) will not fit: this machine has {} left",
       ranks == 1 ? "1 rank" : fmt::format("{} ranks", ranks), formatBytes(manifest.arenaBytes), kinds,
       formatBytes(available));
}

int64_t shardrt::residentMemory() {
  char text[128] = {};
  int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  ssize_t got = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
  if (fd >= 0)
    close(fd);
  const char *second = got > 0 ? strchr(text, ' ') : nullptr;
  return second ? atoll(second) * sysconf(_SC_PAGESIZE) : 0;
}
