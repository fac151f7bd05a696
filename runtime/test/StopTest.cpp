//===- StopTest.cpp - Signals that stop a job -------------------------------------------------===//

#include "FaultsRun.h"
#include "Training.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

using namespace shardrt::test;

namespace {

class StopTest : public FaultsRun {
protected:
  Process start(const std::string &fault, const std::vector<std::string> &options = {}) const {
    return Process(words(options), {{"FAULT", fault}});
  }
};

TEST_F(StopTest, FinishesTheStep) {
  Ended raised = run({"--metrics", folder / "m"}, "signal:2:4");
  EXPECT_EQ(raised.code, 75);
  EXPECT_NE(raised.out.find("stopped on signal 15 (TERM) after step 4"), std::string::npos) << raised.out;
  EXPECT_EQ(readMetrics(folder / "m").size(), 5u);
  for (int signal : {SIGINT, SIGTERM}) {
    Process process = start("slow:0:0");
    EXPECT_TRUE(process.waitFor("step     1/20"));
    process.send(signal);
    Ended ended = process.wait();
    EXPECT_EQ(ended.code, 75);
    EXPECT_EQ(ended.out.find("step    19/20"), std::string::npos);
  }
}

/// As GNU timeout and some launchers send them: the second one is no other wish than the first.
TEST_F(StopTest, SavesWhereSignalsComeInPairs) {
  const int runs = 40, together = 8;
  for (int first = 0; first < runs; first += together) {
    std::vector<Process> processes;
    for (int i = first; i < first + together; ++i)
      processes.push_back(start("slow:0:0", {"--steps", "100000", "--save", folder / std::to_string(i)}));
    for (int i = 0; i < together; ++i) {
      ASSERT_TRUE(processes[i].waitFor("step     0/100000"));
      processes[i].send(SIGTERM);
      std::this_thread::sleep_for(std::chrono::microseconds((first + i) * 10));
      processes[i].send(i % 2 ? SIGTERM : SIGINT);
    }
    for (int i = 0; i < together; ++i) {
      Ended ended = processes[i].wait();
      EXPECT_EQ(ended.code, 75) << ended.out << ended.err;
      EXPECT_NE(ended.out.find("stopped on signal "), std::string::npos) << ended.out;
      EXPECT_TRUE(std::filesystem::exists(folder / (std::to_string(first + i) + "/config.json")));
    }
  }
}

TEST_F(StopTest, LeavesAtOnceOnASecondSignalAfterTwoSeconds) {
  for (int second : {SIGINT, SIGTERM}) {
    Process process = start("stuck:1:2");
    EXPECT_TRUE(process.waitFor("step     1/20"));
    process.send(SIGINT);
    std::this_thread::sleep_for(std::chrono::milliseconds(1000));
    process.send(second); // too early
    std::this_thread::sleep_for(std::chrono::milliseconds(1200));
    process.send(second);
    Ended ended = process.wait();
    EXPECT_EQ(ended.code, -second);
    EXPECT_GT(ended.seconds, 2);
    EXPECT_LT(ended.seconds, 8);
  }
}

} // namespace
