//===- Device.h - Where a rank's arena lies and its library calls run ---------===//
//
// One object is the device as one rank uses it. What ranks share belongs to the platform.
//
// All pointers lie in the device's memory unless they are called host.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_PROGRAM_DEVICE_H
#define SHARDRT_LIB_PROGRAM_DEVICE_H

#include "program/LibraryTasks.h"

#include <span>
#include <string>

namespace shardrt {

/// Returns the bytes of an element.
inline int64_t sizeOf(shardrt_dtype dtype) {
  return dtype == SHARDRT_F64 ? 8 : dtype == SHARDRT_BF16 ? 2 : 4;
}

/// One section of a program: returns 0, or the status of the call that failed.
using Section = int32_t (*)(shardrt_rank *, char *arena);

class Device {
public:
  virtual ~Device() = default;

  /// Returns `bytes` zeroed bytes, aligned to 4096: the arena of a rank. Throws Error (NoFit).
  virtual char *allocate(int64_t bytes) = 0;
  virtual void release(char *memory, int64_t bytes) = 0;
  /// Copies from and to the host's memory.
  virtual void store(char *memory, const void *host, int64_t bytes) = 0;
  virtual void fetch(void *host, const char *memory, int64_t bytes) = 0;

  /// Runs a section of the program on the arena of `rank`; returns what the section returns. A GPU may still be at work
  /// then: what follows waits for it, and all ranks of the process call this together. Throws Error where a call of the
  /// section has failed.
  virtual int32_t run(Section section, shardrt_rank &rank) = 0;

  // The calls of programs for GPUs; a status other than 0 on the CPU, whose programs do without.
  virtual int32_t beginTask(int32_t task, int32_t stream, std::span<const int32_t> waits) = 0;
  virtual int32_t endTask(int32_t task, bool isAwaited) = 0;
  virtual int32_t launch(int32_t function, std::span<const uint64_t> arguments) = 0;

  /// Runs a library call; returns a status other than 0 where it fails or the device has no such call.
  virtual int32_t perform(const LibraryTask &task) = 0;
};

/// Sets how many threads one matrix product may use, for the whole process.
void setBlasThreads(int64_t threads);

} // namespace shardrt
#endif
