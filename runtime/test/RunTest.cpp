//===- RunTest.cpp - shard-run from the outside --------------------------------------===//

#include "Checkpoints.h"
#include "Training.h"
#include "job/Initialise.h"

#include <cmath>
#include <csignal>
#include <filesystem>
#include <gtest/gtest.h>
#include <regex>
#include <sstream>
#include <sys/resource.h>
#include <thread>

using namespace shardrt;
using namespace shardrt::test;

namespace {

class RunTest : public ::testing::Test {
protected:
  Folder folder;
  std::string tokens = "text:" + (folder / "text");
  std::string bigramTokens = folder / "tokens.bin";

  void SetUp() override {
    writeFile(folder / "text", "the quick brown fox jumps over the lazy dog");
    writeFile(bigramTokens, makeBigramTokens());
  }
  static std::string program(const std::string &name) { return std::string(PROGRAMS) + "/" + name + ".shard"; }
  Ended runFaults(const std::string &fault) {
    return shardRun({program("faults"), "--tokens", tokens, "--seed", "1"}, {{"FAULT", fault}});
  }
  Ended runVariant(const std::string &name) { return shardRun({program(name), "--tokens", tokens, "--seed", "1"}); }
};

TEST_F(RunTest, TrainsTheSameOnEveryMesh) {
  std::vector<StepRecord> expected = trainBigram(readFile(bigramTokens), 7, 12);
  for (auto [name, tolerance] :
       {std::pair("bigram1", 1e-13), {"bigram2", 1e-13}, {"bigram4", 1e-13}, {"bigram2-float32", 1e-5}}) {
    Ended ended = shardRun({program(name), "--tokens", "raw16:" + bigramTokens, "--seed", "7", "--steps", "12",
                            "--metrics", folder / "m"});
    ASSERT_EQ(ended.code, 0) << ended.err;
    std::vector<StepRecord> records = readMetrics(folder / "m");
    ASSERT_EQ(records.size(), 12u);
    for (size_t i = 0; i < records.size(); ++i) {
      EXPECT_NEAR(records[i].loss, expected[i].loss, tolerance * expected[i].loss) << name << " step " << i;
      EXPECT_NEAR(records[i].gradNorm, expected[i].gradNorm, tolerance * expected[i].gradNorm) << name << " step " << i;
      EXPECT_EQ(records[i].learningRate, expected[i].learningRate);
    }
  }
  EXPECT_LT(expected.back().loss, expected.front().loss);
}

TEST_F(RunTest, TrainsFromWeightsAsFromTheirSeed) {
  NormalSource normal(7, "table.weight");
  std::vector<double> table;
  for (int64_t i = 0; i < 100; ++i)
    table.push_back(0.5 * normal[i]);
  writeFile(folder / "model.safetensors", safetensors({{"table.weight", "F64", "[10,10]", bytesOf(table)}}));
  std::vector<StepRecord> expected = trainBigram(readFile(bigramTokens), 7, 10);
  for (const char *name : {"bigram1", "bigram4"}) {
    Ended ended = shardRun(
        {program(name), "--tokens", "raw16:" + bigramTokens, "--weights", folder.path, "--metrics", folder / "m"});
    ASSERT_EQ(ended.code, 0) << ended.err;
    std::vector<StepRecord> records = readMetrics(folder / "m");
    ASSERT_EQ(records.size(), 10u);
    EXPECT_NEAR(records[9].loss, expected[9].loss, 1e-13);
  }
}

TEST_F(RunTest, RepeatsItsBits) {
  std::regex times("\"(tokens_per_second|step_seconds)\": [^,}]*");
  std::string first;
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(
        shardRun({program("bigram4"), "--tokens", "raw16:" + bigramTokens, "--seed", "7", "--metrics", folder / "m"})
            .code,
        0);
    std::string metrics = std::regex_replace(readFile(folder / "m"), times, "");
    EXPECT_EQ(i == 0 ? metrics : first, metrics);
    first = metrics;
  }
  EXPECT_NE(first.find("\"loss\": 2."), std::string::npos);
}

TEST_F(RunTest, StopsAfterStepsAndTruncatesMetrics) {
  writeFile(folder / "m", std::string(10000, 'x'));
  ASSERT_EQ(shardRun({program("bigram2"), "--tokens", "raw16:" + bigramTokens, "--seed", "7", "--steps", "3",
                      "--metrics", folder / "m"})
                .code,
            0);
  EXPECT_EQ(readMetrics(folder / "m").size(), 3u);
  ASSERT_EQ(
      shardRun({program("bigram2"), "--tokens", "raw16:" + bigramTokens, "--seed", "7", "--metrics", folder / "m"})
          .code,
      0);
  EXPECT_EQ(readMetrics(folder / "m").size(), 10u);
}

#ifndef __SANITIZE_ADDRESS__ // which has an allocator of its own
TEST_F(RunTest, AllocatesNothingInSteps) {
  for (const char *name : {"bigram1", "bigram4"}) {
    Ended ended =
        shardRun({program(name), "--tokens", "raw16:" + bigramTokens, "--seed", "7", "--metrics", folder / "m"},
                 {{"LD_PRELOAD", COUNT_ALLOCATIONS}});
    ASSERT_EQ(ended.code, 0) << ended.err;
    EXPECT_NE(ended.err.find("allocations in steps: 0 by " + std::string(name).substr(6) + " ranks"), std::string::npos)
        << ended.err;
  }
  Ended kernels = shardRun({program("faults"), "--tokens", tokens, "--seed", "1"},
                           {{"LD_PRELOAD", COUNT_ALLOCATIONS}, {"FAULT", "kernels:0:0"}});
  EXPECT_EQ(kernels.err, "allocations in steps: 0 by 4 ranks\n");
}
#endif

TEST_F(RunTest, PrintsBannerAndPlainSteps) {
  Ended ended = runVariant("faults");
  ASSERT_EQ(ended.code, 0) << ended.err;
  for (const char *text : {"Faults", "dp_shard 2 x tp 2", "seed 1", "threads ", "parameters    1.0 KiB",
                           "dp_shard x tp: the number", "step    19/20", "ETA 0:00:00"})
    EXPECT_NE(ended.out.find(text), std::string::npos) << text << "\n" << ended.out;
  EXPECT_EQ(ended.out.find('\033'), std::string::npos);
  EXPECT_EQ(ended.err, "");
}

TEST_F(RunTest, RefusesOtherRanks) {
  Ended ended = shardRun({program("faults"), "--tokens", tokens, "--seed", "1", "--ranks", "6"});
  EXPECT_EQ(ended.code, 5);
  EXPECT_NE(ended.err.find("the program was compiled for 4 ranks (dp_shard 2 x tp 2), --ranks is 6"), std::string::npos)
      << ended.err;
  EXPECT_EQ(shardRun({program("faults"), "--tokens", tokens, "--seed", "1", "--ranks", "4"}).code, 0);
}

TEST_F(RunTest, RefusesWhatIsNoProgram) {
  EXPECT_EQ(shardRun({folder / "absent", "--tokens", tokens, "--seed", "1"}).code, 3);
  Ended text = shardRun({folder / "text", "--tokens", tokens, "--seed", "1"});
  EXPECT_EQ(text.code, 3);
  EXPECT_NE(text.err.find("text: not a program file: expected a shared object made by shardc"), std::string::npos)
      << text.err;
  writeFile(folder / "elf", std::string("\177ELF") + std::string(100, 'x'));
  EXPECT_EQ(shardRun({folder / "elf", "--tokens", tokens, "--seed", "1"}).code, 3);
  EXPECT_EQ(shardRun({folder.path, "--tokens", tokens, "--seed", "1"}).code, 3);
  EXPECT_EQ(shardRun({COUNT_ALLOCATIONS, "--tokens", tokens, "--seed", "1"}).code, 3);
}

TEST_F(RunTest, RefusesProgramVariants) {
  struct Case {
    const char *name, *sentence;
    int code;
  };
  for (Case c :
       {Case{"faults-version", "the program has ABI version 1, this runtime has 2", 3},
        Case{"faults-no-version", "it has no shard_abi_version", 3},
        Case{"faults-section", "the program has no section \"repair\"", 3},
        Case{"faults-manifest", "manifest:1:11: malformed JSON", 3},
        Case{"faults-feature", "the program is for the CPU test, this one lacks warp_drive", 9},
        Case{"faults-target", "the program is for the target \"abacus\", this runtime has \"cpu\" and \"cuda\"", 9},
        Case{"faults-arena", "4 ranks of 1.0 PiB each (parameters 1.0 KiB) will not fit: this machine has ", 8}}) {
    Ended ended = runVariant(c.name);
    EXPECT_EQ(ended.code, c.code) << c.name;
    EXPECT_NE(ended.err.find(c.sentence), std::string::npos) << ended.err;
    EXPECT_EQ(ended.out, "");
  }
}

#if !HAS_CUDA
TEST_F(RunTest, RefusesGpusWhereItWasBuiltWithout) {
  Ended ended = shardRun({program("cuda-bigram"), "--tokens", "raw16:" + bigramTokens, "--seed", "1"});
  EXPECT_EQ(ended.code, 9);
  EXPECT_NE(ended.err.find("the program runs on a GPU, this shard-run was built without CUDA"), std::string::npos)
      << ended.err;
}
#endif

TEST_F(RunTest, RefusesUnwritableOutput) {
  Ended metrics =
      shardRun({program("faults"), "--tokens", tokens, "--seed", "1", "--metrics", folder / "no/such/file"});
  EXPECT_EQ(metrics.code, 10);
  EXPECT_NE(metrics.err.find("no/such/file: cannot be written: No such file or directory"), std::string::npos)
      << metrics.err;
  Ended full = shardRun({program("faults"), "--tokens", tokens, "--seed", "1", "--metrics", "/dev/full"});
  EXPECT_EQ(full.code, 10);
  EXPECT_NE(full.err.find("/dev/full: cannot be written: No space left on device"), std::string::npos) << full.err;
  Ended out = shardRun({program("faults"), "--tokens", tokens, "--seed", "1"}, {}, "/dev/full");
  EXPECT_EQ(out.code, 10);
  EXPECT_NE(out.err.find("standard output: cannot be written"), std::string::npos) << out.err;
}

TEST_F(RunTest, NamesTheRankThatFails) {
  struct Case {
    const char *fault, *sentence;
  };
  for (Case c : {Case{"throw:2:7", "rank 2 failed at step 7: the oven is cold"},
                 Case{"status:3:0", "rank 3 failed at step 0: section \"last\" returned 42"},
                 Case{"stuck-and-status:1:2", "rank 1 failed at step 2: section \"last\" returned 42"}}) {
    Ended ended = runFaults(c.fault);
    EXPECT_EQ(ended.code, 6) << c.fault;
    EXPECT_EQ(ended.err, std::string("shard-run: error: ") + c.sentence + "\n");
    EXPECT_LT(ended.seconds, 5) << c.fault;
  }
}

TEST_F(RunTest, NamesTheRankThatIsStuck) {
  Ended ended =
      shardRun({program("faults"), "--tokens", tokens, "--seed", "1", "--watchdog", "1"}, {{"FAULT", "stuck:2:3"}});
  EXPECT_EQ(ended.code, 6);
  EXPECT_EQ(ended.err.find(
                "shard-run: error: rank 2 has not reached all_reduce #7 (the number): 3 of 4 ranks have waited for up "
                "to "),
            0u)
      << ended.err;
  EXPECT_GT(ended.seconds, 1);
  EXPECT_LT(ended.seconds, 1 + 5);
}

TEST_F(RunTest, WaitsForSlowRanks) {
  Ended ended =
      shardRun({program("faults"), "--tokens", tokens, "--seed", "1", "--watchdog", "1"}, {{"FAULT", "slow:0:0"}});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_GT(ended.seconds, 2);
}

TEST_F(RunTest, FailsCleanlyEveryTime) {
  for (int step = 0; step < 20; ++step) {
    Ended ended = runFaults("throw:" + std::to_string(step % 4) + ":" + std::to_string(step));
    EXPECT_EQ(ended.code, 6);
    EXPECT_LT(ended.seconds, 5);
  }
}

TEST_F(RunTest, NamesBothCollectivesThatDoNotMatch) {
  Ended kind = runFaults("kind:2:3");
  EXPECT_EQ(kind.code, 5);
  EXPECT_EQ(kind.err, "shard-run: error: step 3: ranks 0 and 2 disagree: rank 0 is at all_reduce #7 of 1 float32 (the "
                      "number), rank 2 at "
                      "all_reduce #8 of 1 float32 (another number)\n");
  Ended count = runFaults("count:1:0");
  EXPECT_EQ(count.code, 5);
  EXPECT_NE(count.err.find("rank 1 at all_reduce #7 of 2 float32"), std::string::npos) << count.err;
  Ended skip = runFaults("skip:3:5");
  EXPECT_EQ(skip.code, 5);
  EXPECT_NE(skip.err.find("rank 3 at all_reduce #-2 of 1 int32 (end of step)"), std::string::npos) << skip.err;
}

TEST_F(RunTest, StopsOnNonFiniteFigures) {
  Ended loss = shardRun({program("faults"), "--tokens", tokens, "--seed", "1", "--metrics", folder / "m"},
                        {{"FAULT", "nan:1:3"}});
  EXPECT_EQ(loss.code, 7);
  EXPECT_NE(loss.err.find("step 3: the loss is nan, expected a finite number"), std::string::npos) << loss.err;
  Ended first = shardRun({program("faults"), "--tokens", tokens, "--seed", "1", "--metrics", folder / "m"},
                         {{"FAULT", "nan:0:3"}});
  EXPECT_EQ(first.code, 7);
  EXPECT_EQ(readMetrics(folder / "m").size(), 3u);
  Ended norm = runFaults("infinity:0:4");
  EXPECT_EQ(norm.code, 7);
  EXPECT_NE(norm.err.find("step 4: the gradient norm is inf"), std::string::npos) << norm.err;
}

TEST_F(RunTest, SavesWhatItHasLearned) {
  std::vector<float> table;
  trainBigram(readFile(bigramTokens), 7, 10, &table);
  for (const char *name : {"bigram1", "bigram4", "bigram2-float32"}) {
    std::string saved = folder / name;
    Ended ended = shardRun({program(name), "--tokens", "raw16:" + bigramTokens, "--seed", "7", "--save", saved});
    ASSERT_EQ(ended.code, 0) << ended.err;
    EXPECT_NE(ended.out.find("\nsaved 1 tensor, 514 B, to " + saved + " in 0."), std::string::npos) << ended.out;
    EXPECT_EQ(readFile(saved + "/config.json"), "{}");
    std::string bytes = readFile(saved + "/model.safetensors");
    ASSERT_EQ(bytes.size(), 512u);
    for (size_t i = 0; i < 100; ++i) {
      float value;
      std::memcpy(&value, bytes.data() + 112 + 4 * i, 4);
      EXPECT_NEAR(value, table[i], 1e-6) << name << " element " << i;
    }
    Ended again = shardRun({program("bigram2"), "--tokens", "raw16:" + bigramTokens, "--weights", saved, "--steps", "0",
                            "--save", saved + "-again"});
    ASSERT_EQ(again.code, 0) << again.err;
    EXPECT_TRUE(readFile(saved + "-again/model.safetensors") == bytes);
  }
}

TEST_F(RunTest, SavesOnASignalAndNotAfterAFailure) {
  std::string saved = folder / "saved";
  Ended stopped =
      shardRun({program("faults"), "--tokens", tokens, "--seed", "1", "--save", saved}, {{"FAULT", "signal:2:4"}});
  EXPECT_EQ(stopped.code, 75);
  size_t at = stopped.out.find("saved 0 tensors");
  EXPECT_NE(at, std::string::npos) << stopped.out;
  EXPECT_NE(stopped.out.find("stopped on signal 15 (TERM) after step 4", at), std::string::npos) << stopped.out;
  EXPECT_EQ(readFile(saved + "/config.json"), "{}");
  for (const char *fault : {"throw:2:7", "nan:1:3"}) {
    EXPECT_NE(
        shardRun({program("faults"), "--tokens", tokens, "--seed", "1", "--save", folder / "no"}, {{"FAULT", fault}})
            .code,
        0);
    EXPECT_FALSE(std::filesystem::exists(folder / "no"));
    EXPECT_FALSE(std::filesystem::exists(folder / "no.partial"));
  }
}

TEST_F(RunTest, RefusesToSaveBeforeTheFirstStep) {
  Ended ended =
      shardRun({program("bigram2"), "--tokens", "raw16:" + bigramTokens, "--seed", "7", "--save", folder.path});
  EXPECT_EQ(ended.code, 10);
  EXPECT_EQ(ended.err, "shard-run: error: " + folder.path +
                           ": the folder holds files; --save takes a new folder or an empty one\n");
  EXPECT_EQ(ended.out, "");
}

/// A limit on the size of files is a disk that is full where they end.
TEST_F(RunTest, LeavesNothingWhereTheDiskIsFull) {
  rlimit before = {};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit little{3500, before.rlim_max};
  std::string saved = folder / "saved";
  for (const auto &[name, code] : {std::pair("saved-whole", 0), {"saved", 10}}) {
    little.rlim_cur = code == 0 ? 8000 : 400;
    setrlimit(RLIMIT_FSIZE, &little);
    Ended ended = shardRun({program("bigram2"), "--tokens", "raw16:" + bigramTokens, "--seed", "7", "--steps", "0",
                            "--save", folder / name},
                           {}, "/dev/null");
    setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_EQ(ended.code, code) << ended.err;
    EXPECT_EQ(std::filesystem::exists(folder / name), code == 0);
    EXPECT_FALSE(std::filesystem::exists((folder / name) + ".partial"));
    if (code != 0)
      EXPECT_TRUE(
          std::regex_match(ended.err, std::regex("shard-run: error: " + saved +
                                                 "\\.partial/model\\.safetensors: cannot be written: "
                                                 "File too large; nothing is saved: 514 B are needed, .* are free\n")))
          << ended.err;
  }
}

TEST_F(RunTest, RefusesBadWeights) {
  Ended ended = shardRun({program("bigram2"), "--tokens", "raw16:" + bigramTokens, "--weights", folder / "absent"});
  EXPECT_EQ(ended.code, 3);
  EXPECT_NE(ended.err.find("absent: no such folder"), std::string::npos) << ended.err;
}

} // namespace
