//===- Meeting.cpp - Where processes of a stub exchange bytes --------------------------===//

#include "Meeting.h"

#include <atomic>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

using namespace shardrt::stub;

static constexpr std::chrono::seconds patience{60};
static constexpr int64_t page = 4096;

/// How far a member has come; rounds count from 1.
struct alignas(page) Meeting::Slot {
  std::atomic<int64_t> hasCome, posted, consumed;
};

static int64_t countBytes(int64_t count) {
  return count * (page + 2 * Meeting::mostBytes);
}

template <typename Condition> static void waitFor(const char *what, Condition condition) {
  for (auto start = std::chrono::steady_clock::now(); !condition();
       std::this_thread::sleep_for(std::chrono::microseconds(100)))
    if (std::chrono::steady_clock::now() - start > patience)
      throw std::runtime_error(std::string("the members of a communicator do not ") + what);
}

Meeting::Meeting(const std::string &name, int64_t rank, int64_t count) : rank(rank), count(count) {
  std::string path = "/" + name;
  int fd = shm_open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ftruncate(fd, countBytes(count)) != 0)
    throw std::runtime_error("no shared memory for a communicator");
  void *mapped =
      mmap(nullptr, static_cast<size_t>(countBytes(count)), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  close(fd);
  if (mapped == MAP_FAILED)
    throw std::runtime_error("no room for the shared memory of a communicator");
  memory = static_cast<char *>(mapped);
  slot(rank).hasCome = 1;
  waitFor("come", [&] {
    for (int64_t member = 0; member < count; ++member)
      if (!slot(member).hasCome)
        return false;
    return true;
  });
  shm_unlink(path.c_str());
}

Meeting::~Meeting() {
  munmap(memory, static_cast<size_t>(countBytes(count)));
}

Meeting::Slot &Meeting::slot(int64_t member) const {
  return *reinterpret_cast<Slot *>(memory + member * page);
}

char *Meeting::room(int64_t member, int64_t round) const {
  return memory + count * page + (2 * member + round % 2) * mostBytes;
}

char *Meeting::findRoom() {
  for (int64_t member = 0; member < count; ++member)
    if (slot(member).consumed < posted - 1)
      return nullptr;
  return room(rank, posted + 1);
}

void Meeting::finishPost() {
  slot(rank).posted = ++posted;
}

bool Meeting::isComplete() const {
  for (int64_t member = 0; member < count; ++member)
    if (slot(member).posted < consumed + 1)
      return false;
  return true;
}

const char *Meeting::read(int64_t member) const {
  return room(member, consumed + 1);
}

void Meeting::finishRead() {
  slot(rank).consumed = ++consumed;
}

void Meeting::exchange(const void *mine, int64_t bytes, void *all) {
  waitFor("read", [&] { return post([&](char *to) { memcpy(to, mine, static_cast<size_t>(bytes)); }); });
  waitFor("answer", [&] { return isComplete(); });
  for (int64_t member = 0; member < count; ++member)
    memcpy(static_cast<char *>(all) + member * bytes, read(member), static_cast<size_t>(bytes));
  finishRead();
}
