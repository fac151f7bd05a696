//===- StopSignal.cpp - Signals that end a job after its step -----------------------===//

#include "job/StopSignal.h"

#include <cerrno>
#include <csignal>
#include <ctime>

using namespace shardrt;

/// Who stops a job may send a signal several times within microseconds: GNU timeout sends it to its child and then to
/// the group that the child is in. One that comes this long after the first is meant.
static constexpr int64_t secondSignalCounts = 2'000'000'000; // nanoseconds

static std::atomic<int> stopSignal{0};
static std::atomic<int64_t> firstAt{0}; ///< when the first one came, by the monotonic clock; 0 before
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<int64_t>::is_always_lock_free,
              "handlers of signals use them");

const std::atomic<int> &shardrt::getStopSignal() {
  return stopSignal;
}

static void handleStopSignal(int signal) {
  int before = errno;
  timespec time = {};
  clock_gettime(CLOCK_MONOTONIC, &time);
  int64_t now = int64_t(time.tv_sec) * 1'000'000'000 + time.tv_nsec, first = 0;
  if (firstAt.compare_exchange_strong(first, now)) {
    stopSignal.store(signal);
  } else if (now - first >= secondSignalCounts) {
    ::signal(signal, SIG_DFL);
    raise(signal); // blocked until this handler returns, and then it ends the process
  }
  errno = before;
}

void shardrt::catchStopSignals() {
  struct sigaction action = {};
  action.sa_handler = handleStopSignal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN); // a write beyond a limit on file sizes is to fail like one to a full disk
}

void shardrt::ignoreStopSignals() {
  signal(SIGINT, SIG_IGN);
  signal(SIGTERM, SIG_IGN);
}
