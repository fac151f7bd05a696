//===- Progress.h - How far a rank has come -----------------------------------===//
//
// One record a rank, written by its thread and read by others without locks. Every rank of a program passes the same
// sequence of collectives, so that the number of those entered tells which rank is behind. The record has no times: who
// reads it notes when it changed, by one clock for all ranks.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_PROGRAM_PROGRESS_H
#define SHARDRT_LIB_PROGRAM_PROGRESS_H

#include "shardrt/abi.h"

#include <array>
#include <atomic>
#include <cstring>
#include <mutex>
#include <string>
#include <type_traits>

namespace shardrt {

/// A rank's record at one moment.
struct ProgressSnapshot {
  uint64_t activity = 0; ///< grows whenever the rank does anything
  uint64_t entered = 0;  ///< number of collectives entered
  int64_t step = -1;     ///< under way, or -1 before the first
  int32_t inside = 0;    ///< 1 in a collective, 0 between them
  int32_t kind = 0;      ///< shardrt_collective_kind of the last one entered
  int32_t index = 0;     ///< its index in the program; negative: the runtime's own
  int32_t excused = 0;   ///< 1 while it does what may take as long as it likes
  char cause[112] = {};  ///< its cause, cut where it is longer

  /// Returns the last collective entered, such as `all_reduce (end of step)`, one of the runtime's own, or `all_reduce
  /// #118 (model.layers.3.mlp.down_proj: rowwise)`.
  std::string describeCollective() const;
  /// Returns where the rank is, such as `at step 12, in all_reduce #118 (...)`.
  std::string describePlace() const;
};
static_assert(std::is_trivially_copyable_v<ProgressSnapshot> && sizeof(ProgressSnapshot) % sizeof(uint64_t) == 0);

/// What a device that works by itself knows of its collectives.
class DeviceProgress {
public:
  virtual ~DeviceProgress() = default;
  /// Adds it to what the host says of the rank. From any thread.
  virtual void addTo(ProgressSnapshot &snapshot) const = 0;
};

/// One rank's record. The calls that change it are those of one thread; none allocates.
class Progress {
public:
  /// The rank has done something, if only loaded a part of a tensor.
  void advance() { activity.store(activity.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); }

  void beginStep(int64_t step) {
    mine.step = step;
    publish();
  }
  /// While excused, the rank does not count as stuck: it brings files to the disk, which takes as long as it takes.
  void excuse(bool excused) {
    mine.excused = excused;
    publish();
  }
  void enter(const shardrt_collective_desc &desc) {
    ++mine.entered;
    mine.inside = 1;
    mine.kind = desc.kind;
    mine.index = desc.index;
    strncpy(mine.cause, desc.cause ? desc.cause : "no cause", sizeof mine.cause - 1);
    publish();
  }
  void leave() {
    mine.inside = 0;
    publish();
  }

  /// From now on, until it is set to null, the record has what `device` knows too. From any thread.
  void watch(const DeviceProgress *watched) {
    std::lock_guard lock(deviceMutex);
    device = watched;
  }

  /// Returns the record; from any thread.
  ProgressSnapshot read() const {
    std::array<uint64_t, words> copy;
    for (uint64_t before = version.load(std::memory_order_acquire);; before = version.load(std::memory_order_acquire)) {
      for (size_t i = 0; i < words; ++i)
        copy[i] = shared[i].load(std::memory_order_relaxed);
      std::atomic_thread_fence(std::memory_order_acquire);
      if (before % 2 == 0 && version.load(std::memory_order_relaxed) == before)
        break;
    }
    ProgressSnapshot snapshot;
    memcpy(static_cast<void *>(&snapshot), copy.data(), sizeof snapshot);
    snapshot.activity = activity.load(std::memory_order_relaxed);
    std::lock_guard lock(deviceMutex);
    if (device)
      device->addTo(snapshot);
    return snapshot;
  }

private:
  static constexpr size_t words = sizeof(ProgressSnapshot) / sizeof(uint64_t);
  ProgressSnapshot mine;                                                   ///< the thread's own copy
  std::atomic<uint64_t> version{0};                                        ///< odd while `shared` changes
  std::atomic<uint64_t> shared[words] = {0, 0, static_cast<uint64_t>(-1)}; ///< the words of `mine`
  std::atomic<uint64_t> activity{0};
  mutable std::mutex deviceMutex; ///< a device that is read stays as long
  const DeviceProgress *device = nullptr;

  void publish() {
    advance();
    std::array<uint64_t, words> copy;
    memcpy(copy.data(), &mine, sizeof mine);
    version.store(version.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    for (size_t i = 0; i < words; ++i)
      shared[i].store(copy[i], std::memory_order_relaxed);
    version.store(version.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
};

} // namespace shardrt
#endif
