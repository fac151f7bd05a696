//===- ReportTest.cpp - Banner and sizes -------------------------------------------------===//

#include "job/Report.h"

#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

using namespace shardrt;

namespace {

TEST(ReportTest, SizesHaveUnits) {
  EXPECT_EQ(formatBytes(0), "0 B");
  EXPECT_EQ(formatBytes(1023), "1023 B");
  EXPECT_EQ(formatBytes(1536), "1.5 KiB");
  EXPECT_EQ(formatBytes(int64_t(5) << 40), "5.0 TiB");
}

TEST(ReportTest, BannerSaysWhatIsInForce) {
  Manifest manifest{};
  manifest.name = "LlamaForCausalLM";
  manifest.digest = "0123456789abcdef";
  manifest.targetKind = "cpu";
  manifest.cpu = "znver4";
  manifest.mesh = Mesh({{"dp_shard", 2}, {"tp", 2}});
  manifest.groups = {{"tp"}, {"dp_shard", "tp"}};
  manifest.arenaBytes = 3 << 20;
  manifest.lowerBound = 2 << 20;
  manifest.memory = {{"parameters", 1 << 20}};
  manifest.collectives = {{"all_gather", 1, 8, 4096, "unit layers.*: unshard"}, {"all_reduce", 0, 2, 1024, "rowwise"}};
  manifest.train = {12, 32, 3, 20, 4, 3e-3, 3e-4, 0.9, 0.95};
  EXPECT_EQ(
      formatBanner(manifest, {"tiny.shard", "t.bin", "seed 7", "threads of this process", 20000, 2, 1, 5, 48 << 20}),
      R"(tiny.shard: LlamaForCausalLM
  program         float32, cpu (znver4), digest 0123456789abcdef
  mesh            dp_shard 2 x tp 2
  ranks           4, threads of this process
  threads         2 a rank, OpenBLAS 1
  tokens          t.bin: 20000 tokens
  start           seed 7
  steps           5 of 20, each 3 x 12 samples of 32 tokens
  learning rate   0.003 to 0.0003, warm-up 4 steps
  memory a rank   3.0 MiB (lower bound 2.0 MiB), beside 48.0 MiB of libraries for all
    parameters    1.0 MiB
  communication   5.0 KiB a rank and step in 10 calls
    all_gather         8 x     4.0 KiB  dp_shard x tp: unit layers.*: unshard
    all_reduce         2 x     1.0 KiB  tp: rowwise

)");
}

TEST(ReportTest, BannerSaysWhatIsComputedIn) {
  Manifest manifest{};
  manifest.computeDtype = SHARDRT_BF16;
  EXPECT_NE(formatBanner(manifest, {}).find("float32 computed in bfloat16, "), std::string::npos);
}

/// Returns whether an output asks for colours on a terminal under these variables.
bool wantsColour(const char *terminal, const char *noColour) {
  int controller = posix_openpt(O_RDWR | O_NOCTTY);
  grantpt(controller);
  unlockpt(controller);
  setenv("TERM", terminal, 1);
  setenv("NO_COLOR", noColour, 1);
  bool wants = Output(ptsname(controller)).wantsColour();
  close(controller);
  return wants;
}

TEST(ReportTest, ColoursAreForTerminalsThatWantThem) {
  EXPECT_TRUE(wantsColour("xterm", ""));
  EXPECT_FALSE(wantsColour("xterm", "1"));
  EXPECT_FALSE(wantsColour("dumb", ""));
  setenv("TERM", "xterm", 1);
  setenv("NO_COLOR", "", 1);
  EXPECT_FALSE(Output("/dev/null").wantsColour());
}

} // namespace
