//===- CudaRun.h - Programs for a GPU, run on the stubs ------------------------------------===//
#ifndef SHARDRT_TEST_CUDARUN_H
#define SHARDRT_TEST_CUDARUN_H

#include "Process.h"
#include "Training.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <sstream>

namespace shardrt::test {

class CudaRun : public ::testing::Test {
protected:
  using Environment = std::vector<std::pair<std::string, std::string>>;

  Folder folder;
  std::string tokens = folder / "tokens.bin", metrics = folder / "metrics", log = folder / "log";

  void SetUp() override { writeFile(tokens, makeBigramTokens()); }

  /// Runs a program for 12 steps; `stub` is what CUDA_STUB says.
  Ended run(const std::string &name, const std::string &stub = "", const Environment &more = {},
            const std::vector<std::string> &options = {}) {
    Environment environment = {{"LD_LIBRARY_PATH", STUBS}, {"CUDA_STUB", stub}, {"CUDA_STUB_LOG", log}};
    environment.insert(environment.end(), more.begin(), more.end());
    std::vector<std::string> words = {std::string(PROGRAMS) + "/" + name + ".shard",
                                      "--tokens",
                                      "raw16:" + tokens,
                                      "--seed",
                                      "7",
                                      "--steps",
                                      "12",
                                      "--metrics",
                                      metrics};
    words.insert(words.end(), options.begin(), options.end());
    return shardRun(words, environment);
  }

  /// The program trains as the CPU does, to the same bits in each of `orders` orders in which its work may run.
  void expectTrainsInEveryOrder(const std::string &name, int orders) {
    std::vector<StepRecord> expected = trainBigram(readFile(tokens), 7, 12);
    std::string first;
    for (int seed = 0; seed < orders; ++seed) {
      Ended ended = run(name, "seed=" + std::to_string(seed));
      ASSERT_EQ(ended.code, 0) << ended.err;
      std::vector<StepRecord> records = readMetrics(metrics);
      ASSERT_EQ(records.size(), 12u);
      std::ostringstream bits;
      for (size_t i = 0; i < records.size(); ++i) {
        EXPECT_NEAR(records[i].loss, expected[i].loss, 1e-5 * expected[i].loss) << "step " << i;
        EXPECT_NEAR(records[i].gradNorm, expected[i].gradNorm, 1e-5 * expected[i].gradNorm) << "step " << i;
        bits << std::hexfloat << records[i].loss << " " << records[i].gradNorm << "\n";
      }
      EXPECT_EQ(seed == 0 ? bits.str() : first, bits.str());
      first = bits.str();
    }
  }

  /// The calls of the last run, without their amounts.
  std::vector<std::string> readCalls() {
    std::istringstream lines(readFile(log));
    std::vector<std::string> calls;
    for (std::string line; std::getline(lines, line);)
      calls.push_back(line.starts_with("live") ? line : line.substr(0, line.find(' ')));
    return calls;
  }
  static int64_t count(const std::vector<std::string> &calls, const std::string &name) {
    return std::count(calls.begin(), calls.end(), name);
  }
  /// Those between the last launch of the first step, of four, and the last of all.
  std::vector<std::string> callsAfterTheFirstStep() {
    std::vector<std::string> calls = readCalls();
    auto launch = calls.begin();
    for (int i = 0; i < 4; ++i)
      launch = std::find(launch + 1, calls.end(), "cuGraphLaunch");
    auto last = std::find(calls.rbegin(), calls.rend(), "cuGraphLaunch").base();
    EXPECT_LT(launch, last);
    return {launch, last};
  }
};

} // namespace shardrt::test
#endif
