//===- CommunicatorSetups.cpp - Threads, and processes of a launcher --------------------===//

#include "CommunicatorSetups.h"
#include "comm/JobProcess.h"
#include "comm/Local.h"
#include "comm/MessageWorld.h"

#include <gtest/gtest.h>

using namespace shardrt;
using namespace shardrt::test;

/// This process as one of several, from before the first test until after the last; null where no launcher started it.
static JobProcess *findProcess() {
  static std::optional<Launch> launch = findLauncher();
  static std::unique_ptr<JobProcess> process = launch ? beginProcess(*launch, std::chrono::seconds(30)) : nullptr;
  return process.get();
}

namespace {
class EndProcess : public ::testing::Environment {
  void TearDown() override {
    if (JobProcess *process = findProcess())
      process->finish();
  }
};
[[maybe_unused]] ::testing::Environment *const endProcess = ::testing::AddGlobalTestEnvironment(new EndProcess);
} // namespace

/// Under a launcher each process runs the tests as one rank: with the staging of a job, and with so little that all
/// messages are cut. Otherwise ranks are threads.
std::vector<Setup> test::findSetups() {
  const Backend local{"local", std::nullopt, [](int64_t ranks) { return std::make_unique<LocalWorld>(ranks); }};
  if (!findProcess())
    return {{local, 1}, {local, 2}, {local, 3}, {local, 8}};
  auto world = [](int64_t staging) {
    return [=](int64_t ranks) { return std::make_unique<MessageWorld>(findProcess()->connect(ranks), staging); };
  };
  int64_t ranks = findProcess()->size(), rank = findProcess()->rank();
  return {{{"messages", rank, world(MessageWorld::defaultStaging(ranks))}, ranks},
          {{"messagesInPieces", rank, world(2 * ranks * 64)}, ranks}};
}
