//===- Block.h - The threads of a block in lockstep -------------------------===//
//
// Running threads are in groups of one program counter. The group with the smallest runs; it joins the next group when
// it reaches it, and splits at a branch on which its threads differ. Code of loops and conditions as compilers lay it
// out reconverges by this.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_TEST_PTX_BLOCK_H
#define SHARDRT_TEST_PTX_BLOCK_H

#include "AsyncCopies.h"
#include "GlobalLog.h"
#include "Program.h"
#include "SharedMemory.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

namespace shardrt::ptx {

/// Threads of a block, ascending.
using Threads = std::vector<uint16_t>;

/// Generic addresses in these windows are shared and local memory; all others are global.
inline constexpr uint64_t sharedWindow = uint64_t(1) << 62, localWindow = uint64_t(1) << 61,
                          windowBytes = uint64_t(1) << 32;

/// What all blocks of a launch have in common.
struct LaunchState {
  const Program &program;
  const Function &entry;
  const Launch &launch;
  std::vector<Memory> memory; // the caller's, and the module's variables
  std::vector<char> globals, constants, params;
  int64_t staticSharedBytes = 0;
  std::vector<const Function *> functions; // the entry and all that it may call
  Statistics statistics;
  GlobalLog log;

  /// Returns what `base` adds to an address.
  uint64_t address(Base base) const;
};

class Block {
public:
  explicit Block(LaunchState &state);
  /// Runs the block with this index to its end.
  void run(std::array<uint32_t, 3> index);

  /// Returns the values of a register in all threads.
  template <typename T> T *reg(uint32_t offset) {
    return reinterpret_cast<T *>(registers.get() + size_t(offset) * stride);
  }
  /// Returns the bytes of local memory of a thread.
  char *localOf(unsigned thread) { return local.data() + int64_t(thread) * state.program.localBytes; }

  /// Calls `use` with every running thread; what it does for one must not depend on the others.
  template <typename Use> void forEach(Use use) {
    if (size_t(running.back() - running.front()) + 1 == running.size()) {
      unsigned first = running.front(), end = running.back() + 1u;
#if defined(__clang__)
#pragma clang loop vectorize(assume_safety)
#else
#pragma GCC ivdep
#endif
      for (unsigned thread = first; thread < end; ++thread)
        use(thread);
    } else {
      for (unsigned thread : running)
        use(thread);
    }
  }
  /// Calls `use` with the running threads of each warp, as first and last + 1 in `running`.
  template <typename Use> void forEachWarp(Use use) {
    for (size_t begin = 0, end; begin < running.size(); begin = end) {
      for (end = begin; end < running.size() && running[end] / 32 == running[begin] / 32;)
        ++end;
      use(begin, end);
    }
  }
  /// Returns which lanes run, for threads of one warp in `running`.
  uint32_t lanes(size_t begin, size_t end) const;

  /// Returns the present for `thread`.
  Interval intervalOf(unsigned thread) const {
    return {interval.now, interval.first, interval.block, std::max(interval.block, warpIntervals[thread / 32])};
  }

  /// Fails with the line and the place of `thread`.
  [[noreturn]] void fault(unsigned thread, const std::string &what) const;
  /// Returns "thread (x,y,z)".
  std::string name(unsigned thread) const;

  /// Lets these running threads go on at `target`; the others stay.
  void depart(Threads threads, int64_t target);
  void exit();
  /// Parks the running threads at this instruction until others come here, beginning with `missing`.
  void park(Threads threads, unsigned missing);
  /// Adds the threads that are parked at this instruction to the running ones.
  void joinParked();

  LaunchState &state;
  const unsigned threadCount;
  const size_t stride; // threads rounded up, so that all registers are aligned
  int64_t pc = 0;      // of the next instruction
  Threads running;
  SharedMemory shared;
  AsyncCopies copies;
  Interval interval;                        // over all blocks
  std::array<uint32_t, 32> warpIntervals{}; // since the last barrier of each warp
  std::array<char *, 1024> places{};        // of the access of each thread

private:
  struct Group {
    int64_t pc;
    Threads threads;
    unsigned missing = 0;
  };
  struct Free {
    void operator()(char *pointer) const { std::free(pointer); }
  };

  void start();
  bool next();
  [[noreturn]] void deadlock();
  void remove(const Threads &threads);

  std::unique_ptr<char[], Free> registers;
  std::vector<char> local;
  const Instruction *current = nullptr;
  int64_t limit = 0; // where another group waits to be joined, or less where nothing runs
  std::vector<Group> groups, parked;
  std::array<uint32_t, 3> index{};
};

} // namespace shardrt::ptx
#endif
