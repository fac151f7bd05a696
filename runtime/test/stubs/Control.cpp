//===- Control.cpp - What tests tell the stubs, and what the stubs tell them ----------===//

#include "Control.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <sstream>
#include <unistd.h>

using namespace shardrt;
using namespace shardrt::stub;

[[noreturn]] static void refuse(const std::string &item) {
  fprintf(stderr, "stub: CUDA_STUB has \"%s\", which says nothing\n", item.c_str());
  abort();
}

static Settings readSettings() {
  Settings settings;
  std::map<std::string, int64_t *> numbers = {
      {"devices", &settings.devices}, {"version", &settings.version}, {"capability", &settings.capability},
      {"memory", &settings.memory},   {"seed", &settings.seed},       {"delay", &settings.delay},
      {"nccl", &settings.nccl},       {"room", &settings.room},       {"stall", &settings.stall}};
  const char *text = getenv("CUDA_STUB");
  std::istringstream items(text ? text : "");
  for (std::string item; std::getline(items, item, ',');) {
    size_t equals = item.find('=');
    std::string name = item.substr(0, equals), value = equals == std::string::npos ? "" : item.substr(equals + 1);
    if (auto number = numbers.find(name); number != numbers.end() && !value.empty()) {
      *number->second = std::stoll(value);
      continue;
    }
    size_t first = value.find(':'), second = value.find(':', first + 1);
    if (name != "fail" || second == std::string::npos)
      refuse(item);
    settings.failName = value.substr(0, first);
    settings.failCall = std::stoll(value.substr(first + 1));
    settings.failResult = std::stoll(value.substr(second + 1));
  }
  return settings;
}

const Settings &stub::getSettings() {
  static const Settings settings = readSettings();
  return settings;
}

namespace {
/// The log, and what it ends with.
struct Log {
  int file = -1;
  int64_t live = 0, failCalls = 0;

  Log() {
    if (const char *path = getenv("CUDA_STUB_LOG"))
      file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);
  }
  ~Log() { write("live " + std::to_string(live)); }
  void write(const std::string &line) const {
    if (file >= 0 && ::write(file, (line + "\n").c_str(), line.size() + 1) < 0)
      abort();
  }
};
} // namespace

static Log &getLog() {
  static Log log;
  return log;
}

static std::mutex oneAtATime;

static std::atomic<int64_t> nanoseconds{0};

Entered::Entered() {
  oneAtATime.lock();
  begin = std::chrono::steady_clock::now();
}
Entered::~Entered() {
  nanoseconds += std::chrono::nanoseconds(std::chrono::steady_clock::now() - begin).count();
  oneAtATime.unlock();
}

int64_t stub_count_nanoseconds() {
  return nanoseconds;
}

int stub::called(const char *name, int64_t amount) {
  Log &log = getLog();
  log.write(amount < 0 ? name : name + (" " + std::to_string(amount)));
  if (getSettings().failName == name && ++log.failCalls == getSettings().failCall)
    return static_cast<int>(getSettings().failResult);
  return 0;
}

void stub::countLive(int64_t change) {
  getLog().live += change;
}
