//===- FaultsRun.h - Runs of programs/Faults.cpp ---------------------------------------------===//
#ifndef SHARDRT_TEST_FAULTSRUN_H
#define SHARDRT_TEST_FAULTSRUN_H

#include "Process.h"

#include <fmt/format.h>

#include <gtest/gtest.h>

namespace shardrt::test {

class FaultsRun : public ::testing::Test {
protected:
  Folder folder;
  std::string text = folder / "text", tokens = "text:" + text;
  std::string program = std::string(PROGRAMS) + "/faults.shard";

  void SetUp() override { writeFile(text, "the quick brown fox jumps over the lazy dog"); }

  /// Returns the words of a run from a seed, with more options behind them.
  std::vector<std::string> words(const std::vector<std::string> &options = {}) const {
    std::vector<std::string> all = {program, "--tokens", tokens, "--seed", "1"};
    all.insert(all.end(), options.begin(), options.end());
    return all;
  }
  Ended run(const std::vector<std::string> &options = {}, const std::string &fault = "") const {
    return shardRun(words(options), {{"FAULT", fault}});
  }
};

/// Expects a refusal with this exit code, and a sentence that holds `part`.
inline void expectRefused(const Ended &ended, int code, const std::string &part) {
  EXPECT_EQ(ended.code, code) << ended.err;
  EXPECT_EQ(ended.err.find("shard-run: error: "), 0u) << ended.err;
  EXPECT_NE(ended.err.find(part), std::string::npos) << ended.err;
  EXPECT_EQ(ended.out, "");
}

} // namespace shardrt::test
#endif
