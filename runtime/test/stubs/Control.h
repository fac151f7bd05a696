//===- Control.h - What tests tell the stubs, and what the stubs tell them ------------===//
//
// CUDA_STUB is a list such as `seed=3,fail=cuGraphLaunch:2:700`:
//   devices=N     GPUs there are; 1
//   version=N     CUDA version that the driver supports; 13000
//   capability=N  of the GPU; 90
//   memory=BYTES  of the GPU; 8 GiB
//   seed=N        chooses among the orders in which work may run
//   delay=N       milliseconds that work takes whenever the host waits for some; 0
//   fail=NAME:N:RESULT  the N-th call of NAME, from 1, returns RESULT and does nothing
//   nccl=N        version of NCCL; 22809
//   room=N        collectives of NCCL's that the GPU can run at once; 0: any number
//   stall=N       the N-th kernel or copy to run, from 1, never ends; 0: none
// CUDA_STUB_LOG is a file that gets one line for each call: its name, and for some an amount. The last line is `live
// N`: the objects and memory that have not been released when the process ends.
//
//===----------------------------------------------------------------------------------===//
#ifndef SHARDRT_TEST_STUBS_CONTROL_H
#define SHARDRT_TEST_STUBS_CONTROL_H

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

struct CUstream_st;

namespace shardrt::stub {

struct Settings {
  int64_t devices = 1, version = 13000, capability = 90, memory = int64_t(8) << 30, seed = 0, delay = 0, nccl = 22809,
          room = 0, stall = 0;
  std::string failName;
  int64_t failCall = 0, failResult = 0;
};

#define STUB_SHARED __attribute__((visibility("default")))

STUB_SHARED const Settings &getSettings();

/// Notes a call, and returns what it must return at once where that is not 0. Both stubs call it.
STUB_SHARED int called(const char *name, int64_t amount = -1);

/// A thread in a call: calls go one after the other.
class STUB_SHARED Entered {
public:
  Entered();
  ~Entered();

private:
  std::chrono::steady_clock::time_point begin;
};

/// Counts objects: `change` is 1 for one made, -1 for one released.
STUB_SHARED void countLive(int64_t change);

/// Puts work on a stream; returns false where the stream cannot take it. `run` may touch the GPU's memory, and throws
/// std::runtime_error where it finds something wrong.
STUB_SHARED bool enqueue(CUstream_st *stream, const char *name, std::function<void()> run);

/// Puts a collective on a stream: `start`, then `end` are called until they return true, between other work. One that
/// is ordered starts after the one put before it in the same capture has started.
STUB_SHARED bool enqueueCollective(CUstream_st *stream, const char *name, bool isOrdered, std::function<bool()> start,
                                   std::function<bool()> end);
STUB_SHARED bool isCapturing(CUstream_st *stream);

/// Returns the number of the GPU whose context this process has.
STUB_SHARED int64_t getDevice();

/// Returns whether the GPU has `bytes` bytes of memory at `address`.
STUB_SHARED bool isDeviceMemory(const void *address, int64_t bytes);

} // namespace shardrt::stub

/// Makes the `number`-th call of cuStreamWaitEvent from now on do nothing and say that it has; 0: none. Returns how
/// many there were since the call before. For tests in the process that uses the stub.
extern "C" STUB_SHARED int64_t stub_drop_wait(int64_t number);
/// Returns the time that threads have spent in calls, waits for one another left out.
extern "C" STUB_SHARED int64_t stub_count_nanoseconds();
#endif
