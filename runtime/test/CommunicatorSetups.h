//===- CommunicatorSetups.h - The worlds that a test program has ------------------------===//
#ifndef SHARDRT_TEST_COMMUNICATORSETUPS_H
#define SHARDRT_TEST_COMMUNICATORSETUPS_H

#include "program/Communicator.h"

#include <functional>
#include <optional>

namespace shardrt::test {

/// A way to make a world.
struct Backend {
  const char *name;
  std::optional<int64_t>
      process; ///< this process's rank, where ranks are processes; otherwise its threads are all ranks
  std::function<std::unique_ptr<World>(int64_t ranks)> make;
};

struct Setup {
  Backend backend;
  int64_t ranks;
};

/// Returns what the suite of CommunicatorTest.cpp is to be run on; each test program with the suite has its own.
std::vector<Setup> findSetups();

} // namespace shardrt::test
#endif
