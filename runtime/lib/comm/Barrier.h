//===- Barrier.h - A barrier that a failing rank can break --------------------===//
#ifndef SHARDRT_LIB_COMM_BARRIER_H
#define SHARDRT_LIB_COMM_BARRIER_H

#include <atomic>
#include <cstdint>
#include <thread>

namespace shardrt {

/// Returns how often the threads of `ranks` ranks look before they sleep: not at all where some have to wait for a
/// core.
inline int chooseSpins(int64_t ranks) {
  return ranks <= static_cast<int64_t>(std::thread::hardware_concurrency()) ? 2000 : 0;
}

/// Holds `size` threads until all have come. Waiters spin for a short while where every thread has a core, then sleep.
class Barrier {
public:
  Barrier(int64_t size, int spins) : size(static_cast<int32_t>(size)), spins(spins) {}

  /// Returns whether all came: false after breakUp. The last to come calls `action` before any goes on; where that
  /// throws, none does until breakUp.
  template <typename Action> bool wait(Action action) {
    int32_t round = generation.load(std::memory_order_acquire);
    if (broken.load(std::memory_order_acquire))
      return false;
    if (arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == size) {
      action();
      arrived.store(0, std::memory_order_relaxed);
      generation.fetch_add(1, std::memory_order_release);
      generation.notify_all();
    } else {
      sleepWhile(round);
    }
    return !broken.load(std::memory_order_acquire);
  }

  bool wait() {
    return wait([] {});
  }

  /// Wakes all waiters, and makes this and every later wait return false.
  void breakUp() {
    broken.store(true, std::memory_order_release);
    generation.fetch_add(1, std::memory_order_release);
    generation.notify_all();
  }

private:
  const int32_t size;
  const int spins;
  std::atomic<int32_t> arrived{0};
  std::atomic<int32_t> generation{0};
  std::atomic<bool> broken{false};

  void sleepWhile(int32_t round) {
    for (int i = 0; i < spins; ++i) {
      if (generation.load(std::memory_order_acquire) != round)
        return;
      __builtin_ia32_pause();
    }
    while (generation.load(std::memory_order_acquire) == round)
      generation.wait(round, std::memory_order_acquire);
  }
};

} // namespace shardrt
#endif
