//===- Device.cpp - The CPU as a device -----------------------------------------===//

#include "cpu/Kernels.h"
#include "program/Error.h"
#include "program/Platform.h"
#include "program/Rank.h"

#include <cblas.h>
#include <cstring>
#include <sys/mman.h>

using namespace shardrt;

int32_t cpu::run(const CopyTask &task) {
  std::memcpy(task.dst, task.src, static_cast<size_t>(task.bytes));
  return 0;
}

namespace {

class CpuDevice final : public Device {
public:
  char *allocate(int64_t bytes) override {
    void *memory =
        mmap(nullptr, static_cast<size_t>(bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
      fail(Exit::NoFit, "cannot allocate {} bytes of memory for the arena", bytes);
    return static_cast<char *>(memory);
  }
  void release(char *memory, int64_t bytes) override { munmap(memory, static_cast<size_t>(bytes)); }
  void store(char *memory, const void *host, int64_t bytes) override {
    std::memcpy(memory, host, static_cast<size_t>(bytes));
  }
  void fetch(void *host, const char *memory, int64_t bytes) override {
    std::memcpy(host, memory, static_cast<size_t>(bytes));
  }

  int32_t run(Section section, shardrt_rank &rank) override { return section(&rank, rank.arena); }
  int32_t beginTask(int32_t, int32_t, std::span<const int32_t>) override { return cpu::notOfTheCpu; }
  int32_t endTask(int32_t, bool) override { return cpu::notOfTheCpu; }
  int32_t launch(int32_t, std::span<const uint64_t>) override { return cpu::notOfTheCpu; }
  int32_t perform(const LibraryTask &task) override {
    return std::visit([](const auto &each) { return cpu::run(each); }, task);
  }
};

/// All ranks have the same device: it keeps nothing of theirs.
class CpuPlatform final : public Platform {
public:
  Device &getDevice(int64_t) override { return device; }
  World *getWorld() override { return nullptr; }
  std::unique_ptr<World> connect(const Program &, Bootstrap &, Progress &,
                                 std::function<void(const Error &)>) override {
    return nullptr;
  }
  std::string describe() const override { return ""; }
  void profile(const Program &, shardrt_rank &, const std::string &) override {
    fail(Exit::Usage, "a profile has the tasks of a GPU");
  }

private:
  CpuDevice device;
};

} // namespace

std::unique_ptr<Platform> shardrt::createCpuPlatform() {
  return std::make_unique<CpuPlatform>();
}

void shardrt::setBlasThreads(int64_t threads) {
  openblas_set_num_threads(static_cast<int>(threads));
}
