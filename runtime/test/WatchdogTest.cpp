//===- WatchdogTest.cpp - Ranks that come and ranks that do not -----------------------===//

#include "comm/Watchdog.h"

#include <gtest/gtest.h>
#include <thread>

using namespace shardrt;
using namespace std::chrono_literals;

namespace {

constexpr shardrt_collective_desc sum{
    SHARDRT_ALL_REDUCE, SHARDRT_SUM, SHARDRT_F32, 0, 118, 0, nullptr, "model.layers.3.mlp.down_proj: rowwise"};
constexpr shardrt_collective_desc gather{SHARDRT_ALL_GATHER, SHARDRT_SUM, SHARDRT_F32, 0, 119, 0, nullptr,
                                         "model.norm"};
constexpr shardrt_collective_desc endOfStep{SHARDRT_ALL_REDUCE, SHARDRT_MAX, SHARDRT_I32, -1, -2, 0, nullptr,
                                            "end of step"};

/// Four ranks, and a clock that goes as told.
class WatchdogTest : public ::testing::Test {
protected:
  Watchdog::Time now = Watchdog::Time() + 1000s;
  std::vector<Progress> ranks{4};
  std::vector<bool> silent = std::vector<bool>(4);
  Watchdog watchdog = makeWatchdog(std::nullopt);

  Watchdog makeWatchdog(WatchdogSeconds deadline) { return {{"rank 0", "rank 1", "rank 2", "rank 3"}, deadline, now}; }
  void look(std::chrono::milliseconds later) {
    now += later;
    watchdog.beginLook(now);
    for (size_t rank = 0; rank < 4; ++rank)
      if (!silent[rank])
        watchdog.saw(rank, ranks[rank].read());
  }
  void pass(std::chrono::seconds time) {
    for (auto passed = 0ms; passed < time; passed += 500ms)
      look(500ms);
  }
  void pass(size_t rank, const shardrt_collective_desc &desc) {
    ranks[rank].enter(desc);
    ranks[rank].leave();
  }
};

TEST_F(WatchdogTest, NamesTheRankThatHasNotReachedACollective) {
  for (size_t rank : {0, 1, 3})
    ranks[rank].enter(sum);
  pass(30s);
  EXPECT_EQ(watchdog.findStuck(), std::nullopt);
  pass(1s);
  EXPECT_EQ(watchdog.findStuck(),
            "rank 2 has not reached all_reduce #118 (model.layers.3.mlp.down_proj: rowwise): 3 of 4 ranks "
            "have waited for up to 30 s");
  ranks[2].enter(sum);
  look(500ms);
  EXPECT_EQ(watchdog.findStuck(), std::nullopt);
}

TEST_F(WatchdogTest, NamesWhatComesFirstWhereGroupsDiffer) {
  watchdog = makeWatchdog(3);
  for (size_t rank : {0, 1, 2, 3})
    pass(rank, sum);
  ranks[3].enter(gather); // with rank 2
  for (size_t rank : {0, 1}) {
    pass(rank, gather);
    ranks[rank].enter(endOfStep);
  }
  pass(4s);
  EXPECT_EQ(watchdog.findStuck(),
            "rank 2 has not reached all_gather #119 (model.norm): 3 of 4 ranks have waited for up to 3 s");
}

TEST_F(WatchdogTest, NamesSeveralRanks) {
  watchdog = makeWatchdog(3);
  for (size_t rank : {0, 2})
    ranks[rank].enter(endOfStep);
  pass(4s);
  EXPECT_EQ(watchdog.findStuck(),
            "rank 1, rank 3 have not reached all_reduce (end of step): 2 of 4 ranks have waited for up to 3 s");
}

TEST_F(WatchdogTest, NamesThoseThatDoNotComeBack) {
  watchdog = makeWatchdog(3);
  for (size_t rank : {0, 1, 2, 3})
    ranks[rank].enter(sum);
  pass(4s);
  EXPECT_EQ(watchdog.findStuck(), "rank 0, rank 1, rank 2, rank 3 have not come back from all_reduce #118 "
                                  "(model.layers.3.mlp.down_proj: rowwise): 4 of 4 ranks have waited for up to 3 s");
}

TEST_F(WatchdogTest, WaitsForARankThatLoads) {
  for (size_t rank : {0, 1, 3})
    ranks[rank].enter(sum);
  for (int i = 0; i < 100; ++i) {
    ranks[2].advance();
    pass(10s);
    EXPECT_EQ(watchdog.findStuck(), std::nullopt);
  }
}

TEST_F(WatchdogTest, WaitsForARankThatWritesFiles) {
  for (size_t rank : {1, 2, 3})
    ranks[rank].enter(endOfStep);
  ranks[0].excuse(true);
  pass(1000s);
  EXPECT_EQ(watchdog.findStuck(), std::nullopt);
  ranks[0].excuse(false);
  pass(31s);
  EXPECT_EQ(watchdog.findStuck(),
            "rank 0 has not reached all_reduce (end of step): 3 of 4 ranks have waited for up to 1030 s");
}

TEST_F(WatchdogTest, LeavesRanksThatComputeAlone) {
  pass(1000s);
  EXPECT_EQ(watchdog.findStuck(), std::nullopt);
  EXPECT_EQ(watchdog.findSilent(), std::nullopt);
}

TEST_F(WatchdogTest, GivesLongStepsTenTimesTheirMedian) {
  EXPECT_EQ(watchdog.getDeadline(), 30);
  for (int64_t step = 0; step < 3; ++step) {
    for (Progress &rank : ranks)
      rank.beginStep(step);
    pass(step == 1 ? 100s : 7s);
  }
  EXPECT_EQ(watchdog.getDeadline(), 1000); // two steps have ended, of 7 s and of 100 s
  for (int64_t step = 3; step < 5; ++step) {
    for (Progress &rank : ranks)
      rank.beginStep(step);
    pass(7s);
  }
  EXPECT_NEAR(watchdog.getDeadline(), 70, 1);
  watchdog = makeWatchdog(3);
  EXPECT_EQ(watchdog.getDeadline(), 3);
}

TEST_F(WatchdogTest, CountsShortStepsByTheirAverage) {
  for (int64_t step = 0; step < 4000; step += 1000) {
    for (Progress &rank : ranks)
      rank.beginStep(step);
    look(500ms);
  }
  EXPECT_EQ(watchdog.getDeadline(), 30);
}

TEST_F(WatchdogTest, NamesTheRankThatIsNotHeardOf) {
  for (Progress &rank : ranks)
    rank.beginStep(12);
  ranks[2].enter(sum);
  look(0ms);
  silent[2] = true;
  pass(31s);
  EXPECT_EQ(watchdog.findSilent(),
            "rank 2 has not answered for 31.0 s: it was last seen at step 12, in all_reduce #118 "
            "(model.layers.3.mlp.down_proj: rowwise)");
  pass(1, sum);
  ranks[1].enter(gather);
  look(500ms);
  EXPECT_EQ(watchdog.findSilent(),
            "rank 2 has not answered for 31.5 s: it has not reached all_gather #119 (model.norm), where others "
            "wait");
}

TEST_F(WatchdogTest, NamesTheSilentOneOfThoseThatDoNotComeBack) {
  watchdog = makeWatchdog(10);
  look(0ms);
  for (Progress &rank : ranks)
    rank.enter(sum);
  pass(1s);
  silent[3] = true;
  pass(10s);
  EXPECT_EQ(watchdog.findSilent(), std::nullopt);
  EXPECT_EQ(watchdog.findStuck(),
            "rank 3 has not answered for 10.0 s: it was last seen before the first step, in all_reduce #118 "
            "(model.layers.3.mlp.down_proj: rowwise)");
}

TEST_F(WatchdogTest, BlamesNobodyForItsOwnPause) {
  for (size_t rank : {0, 1, 3})
    ranks[rank].enter(sum);
  pass(20s);
  look(1000s);
  silent[2] = true;
  look(500ms);
  EXPECT_EQ(watchdog.findStuck(), std::nullopt);
  EXPECT_EQ(watchdog.findSilent(), std::nullopt);
  pass(11s);
  EXPECT_NE(watchdog.findStuck(), std::nullopt);
}

TEST(ProgressTest, ReadsWholeRecordsWhileTheyChange) {
  Progress progress;
  std::atomic<bool> done{false};
  std::thread writer([&] {
    while (!done.load())
      for (const shardrt_collective_desc *desc : {&sum, &gather}) {
        progress.enter(*desc);
        progress.leave();
      }
  });
  for (int i = 0; i < 20000; ++i) {
    ProgressSnapshot seen = progress.read();
    if (seen.entered > 0)
      ASSERT_STREQ(seen.cause, seen.index == 118 ? sum.cause : gather.cause);
    ASSERT_EQ(seen.index, seen.entered == 0 ? 0 : seen.entered % 2 == 1 ? 118 : 119);
  }
  done.store(true);
  writer.join();
}

TEST(ProgressTest, TellsWhereARankIs) {
  Progress progress;
  EXPECT_EQ(progress.read().describePlace(), "before the first step, before the first collective");
  progress.beginStep(0);
  progress.enter(sum);
  EXPECT_EQ(progress.read().describePlace(), "at step 0, in all_reduce #118 (model.layers.3.mlp.down_proj: rowwise)");
  progress.leave();
  EXPECT_EQ(progress.read().describePlace(),
            "at step 0, after all_reduce #118 (model.layers.3.mlp.down_proj: rowwise)");
  std::string longCause(500, 'x');
  shardrt_collective_desc desc = sum;
  desc.cause = longCause.c_str();
  progress.enter(desc);
  EXPECT_EQ(progress.read().describeCollective(), "all_reduce #118 (" + std::string(111, 'x') + ")");
}

} // namespace
