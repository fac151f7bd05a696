//===- Memory.cpp - The GPU's memory, which the host's code cannot touch ----------------===//

#include "Memory.h"
#include "Control.h"

#include <cstdlib>
#include <cstring>
#include <map>
#include <sys/mman.h>

using namespace shardrt;
using namespace shardrt::stub;

static constexpr size_t page = 4096;

/// Allocations by address, with their bytes.
static std::map<const char *, size_t> onDevice, onHost;

static size_t roundUp(size_t bytes) {
  return (bytes + page - 1) / page * page;
}

size_t stub::countLeft() {
  size_t used = 0;
  for (auto [memory, bytes] : onDevice)
    used += roundUp(bytes);
  auto all = static_cast<size_t>(getSettings().memory);
  return used > all ? 0 : all - used;
}

char *stub::allocate(size_t bytes) {
  if (bytes == 0 || roundUp(bytes) > countLeft())
    return nullptr;
  void *memory =
      mmap(nullptr, roundUp(bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    return nullptr;
  memset(memory, 0xff, bytes);
  mprotect(memory, roundUp(bytes), PROT_NONE);
  onDevice[static_cast<char *>(memory)] = bytes;
  countLive(1);
  return static_cast<char *>(memory);
}

bool stub::release(char *memory) {
  auto found = onDevice.find(memory);
  if (found == onDevice.end())
    return false;
  munmap(memory, roundUp(found->second));
  onDevice.erase(found);
  countLive(-1);
  return true;
}

std::vector<ptx::Memory> stub::listAllocations() {
  std::vector<ptx::Memory> list;
  for (auto [memory, bytes] : onDevice)
    list.push_back({const_cast<char *>(memory), static_cast<int64_t>(bytes), true, "an allocation"});
  for (auto [memory, bytes] : onHost) // page-locked memory is the GPU's too
    list.push_back({const_cast<char *>(memory), static_cast<int64_t>(bytes), true, "page-locked memory"});
  return list;
}

static bool isWithin(const std::map<const char *, size_t> &allocations, const char *address, size_t bytes) {
  auto after = allocations.upper_bound(address);
  if (after == allocations.begin())
    return false;
  auto [memory, size] = *std::prev(after);
  auto offset = static_cast<size_t>(address - memory);
  return offset <= size && bytes <= size - offset;
}

bool stub::isDeviceMemory(const void *address, int64_t bytes) {
  return isWithin(onDevice, static_cast<const char *>(address), static_cast<size_t>(bytes));
}

void *stub::allocateHost(size_t bytes) {
  void *memory = malloc(bytes);
  onHost[static_cast<char *>(memory)] = bytes;
  countLive(1);
  return memory;
}

bool stub::releaseHost(void *memory) {
  if (!onHost.erase(static_cast<char *>(memory)))
    return false;
  free(memory);
  countLive(-1);
  return true;
}

bool stub::isHostMemory(const void *address, size_t bytes) {
  return isWithin(onHost, static_cast<const char *>(address), bytes);
}

static void protectAll(int protection) {
  for (auto [memory, bytes] : onDevice)
    mprotect(const_cast<char *>(memory), roundUp(bytes), protection);
}

Opened::Opened() {
  protectAll(PROT_READ | PROT_WRITE);
}
Opened::~Opened() {
  protectAll(PROT_NONE);
}
