//===- UsageTest.cpp - Command lines and inputs that shard-run refuses -----------------------===//

#include "FaultsRun.h"

#include <filesystem>
#include <sys/stat.h>

using namespace shardrt::test;

namespace {

using UsageTest = FaultsRun;

TEST_F(UsageTest, RefusesMissingStart) {
  const char *sentence = "one of --weights FOLDER and --seed N must be given, got ";
  expectRefused(shardRun({program, "--tokens", tokens}), 2, std::string(sentence) + "neither\n");
  expectRefused(run({"--weights", folder.path}), 2, std::string(sentence) + "both\n");
}

TEST_F(UsageTest, RefusesBadUsage) {
  EXPECT_EQ(shardRun({}).code, 2);
  EXPECT_EQ(shardRun({program, "--seed", "1"}).code, 2);
  expectRefused(run({"--colour", "many"}), 2, "--colour");
  EXPECT_EQ(shardRun({"--help"}).code, 0);
}

TEST_F(UsageTest, TakesIntegersAsTheyStand) {
  struct Case {
    const char *option, *range;
  };
  for (Case c : {Case{"--seed", "0 to 18446744073709551615"}, Case{"--steps", "0 to 9223372036854775807"},
                 Case{"--ranks", "1 to 9223372036854775807"}, Case{"--threads", "1 to 4096"}})
    for (const char *value :
         {"-1", "99999999999999999999", "18446744073709551616", "1e3", "0x10", "7 ", "+7", "many", ""})
      expectRefused(shardRun({program, "--tokens", tokens, c.option, value}), 2,
                    fmt::format("{}: must be an integer from {}, got \"{}\"", c.option, c.range, value));
  expectRefused(run({"--steps", "9223372036854775808"}), 2, "--steps: must be");
  expectRefused(run({"--ranks", "0"}), 2, "--ranks: must be");
  expectRefused(run({"--threads", "0"}), 2, "--threads: must be");
  expectRefused(run({"--threads", "4097"}), 2, "--threads: must be");
  Ended greatest = shardRun({program, "--tokens", tokens, "--seed", "18446744073709551615"});
  EXPECT_EQ(greatest.code, 0);
  EXPECT_NE(greatest.out.find("seed 18446744073709551615"), std::string::npos) << greatest.out;
  Ended steps = run({"--steps", "9223372036854775807"}, "signal:2:4");
  EXPECT_EQ(steps.code, 75);
  EXPECT_EQ(steps.out.find("ETA -"), std::string::npos) << steps.out;
}

TEST_F(UsageTest, RefusesBadDeadlines) {
  for (const char *seconds : {"0", "-3", "soon", "nan", "inf", "1s", "1e-400", "1e400", "1e10", ""})
    expectRefused(run({"--watchdog", seconds}), 2, "--watchdog");
  EXPECT_EQ(run({"--watchdog", "1e9"}).code, 0);
}

TEST_F(UsageTest, RefusesBadTokens) {
  EXPECT_EQ(shardRun({program, "--tokens", folder / "absent", "--seed", "1"}).code, 3);
  writeFile(text, "12345");
  expectRefused(run(), 3, "text: 5 tokens, sequence_length 4 needs at least 6");
}

TEST_F(UsageTest, DoesNotWaitForWhatIsNoRegularFile) {
  std::string fifo = folder / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  for (const std::string &other : {fifo, folder.path, std::string("/dev/null")}) {
    std::string sentence = other + ": not a regular file\n";
    expectRefused(shardRun({program, "--tokens", other, "--seed", "1"}), 3, sentence);
    expectRefused(shardRun({program, "--tokens", "raw16:" + other, "--seed", "1"}), 3, sentence);
    expectRefused(shardRun({other, "--tokens", tokens, "--seed", "1"}), 3, sentence);
  }
  expectRefused(shardRun({program, "--tokens", tokens, "--weights", fifo}), 3, fifo + ": not a folder\n");
  for (const char *name : {"model.safetensors.index.json", "model.safetensors"}) {
    std::string weights = folder / "weights", file = weights + "/" + name;
    std::filesystem::create_directories(weights);
    ASSERT_EQ(mkfifo(file.c_str(), 0600), 0);
    expectRefused(shardRun({program, "--tokens", tokens, "--weights", weights}), 3, file + ": not a regular file\n");
  }
}

} // namespace
