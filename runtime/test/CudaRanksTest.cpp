//===- CudaRanksTest.cpp - Several ranks that train on one GPU ------------------------------===//

#include "CudaRun.h"
#include "cuda/Kernels.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstring>
#include <fmt/format.h>
#include <sstream>

using namespace shardrt;
using namespace shardrt::test;

namespace {

/// The parameter is the number of ranks.
class CudaRanksTest : public CudaRun, public ::testing::WithParamInterface<int> {
protected:
  const std::string program = "cuda-bigram" + std::to_string(GetParam());

  void SetUp() override {
    if (!cuda::findKernelImage("Collectives"))
      GTEST_SKIP() << "the runtime was built without GPU kernels";
    CudaRun::SetUp();
  }
};

TEST_P(CudaRanksTest, TrainAsOneInEveryOrder) {
  expectTrainsInEveryOrder(program, 4);
}

TEST_P(CudaRanksTest, ShareOneAllocationAndOneGraphOfEachSection) {
  ASSERT_EQ(run(program).code, 0);
  std::vector<std::string> calls = readCalls();
  EXPECT_EQ(count(calls, "cuMemAlloc_v2"), 1);
  EXPECT_EQ(count(calls, "cuModuleLoadDataEx"), 2) << "the program's kernels, and those of collectives";
  for (const char *once :
       {"cuStreamBeginCapture_v2", "cuStreamEndCapture", "cuGraphInstantiateWithFlags", "cuGraphUpload"})
    EXPECT_EQ(count(calls, once), 3) << once;
  EXPECT_EQ(count(calls, "cublasLtMatmulAlgoGetHeuristic"), 2) << "a shape each, whatever the number of ranks";
  EXPECT_EQ(count(calls, "cuGraphLaunch"), 12 * 4); // micro twice, last, update
  EXPECT_EQ(calls.back(), "live 0");
}

TEST_P(CudaRanksTest, OnlyLaunchAndCopyAfterTheFirstStep) {
  ASSERT_EQ(run(program).code, 0);
  for (const std::string &call : callsAfterTheFirstStep())
    EXPECT_TRUE(call == "cuGraphLaunch" || call == "cuMemcpyHtoDAsync_v2" || call == "cuMemcpyDtoHAsync_v2" ||
                call == "cuStreamSynchronize")
        << call;
}

TEST_P(CudaRanksTest, SaveWhatTheyHaveTrained) {
  std::vector<float> table;
  trainBigram(readFile(tokens), 7, 12, &table);
  Ended ended = run(program, "", {}, {"--save", folder / "saved"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  std::string bytes = readFile(folder / "saved/model.safetensors");
  ASSERT_GT(bytes.size(), 400u);
  std::vector<float> saved(100);
  memcpy(saved.data(), bytes.data() + bytes.size() - 400, 400);
  for (size_t i = 0; i < 100; ++i)
    EXPECT_NEAR(saved[i], table[i], 1e-5);
}

TEST_P(CudaRanksTest, NameCollectivesThatDiffer) {
  Ended ended = run(program, "", {{"FAULT", "mismatch"}});
  EXPECT_EQ(ended.code, 5);
  EXPECT_NE(ended.err.find(
                "step 0: ranks 0 and 1 disagree: rank 0 is at all_gather #0 of 100 float32 (table.weight: unshard), "
                "rank 1 at all_gather #0 of 101 float32 (table.weight: unshard)"),
            std::string::npos)
      << ended.err;
}

TEST_P(CudaRanksTest, WakeWhenOneFails) {
  Ended ended = run(program, "", {{"FAULT", "absent"}});
  EXPECT_EQ(ended.code, 3);
  EXPECT_NE(ended.err.find("a section launches function -1, the program has 7"), std::string::npos) << ended.err;
  EXPECT_LT(ended.seconds, 3);
  for (const char *call :
       {"cuGraphLaunch:3", "cuStreamWaitEvent:9", "cuEventRecord:9", "cuLaunchKernel:5", "cuLaunchKernel:12",
        "cuGraphInstantiateWithFlags:2", "cuMemcpyHtoDAsync_v2:30", "cuStreamSynchronize:3"}) {
    ended = run(program, fmt::format("fail={}:700", call));
    EXPECT_EQ(ended.code, 9) << call << ": " << ended.err;
    EXPECT_NE(ended.err.find("CUDA_ERROR_ILLEGAL_ADDRESS"), std::string::npos) << call << ": " << ended.err;
    EXPECT_LT(ended.seconds, 3) << call;
  }
}

TEST_P(CudaRanksTest, AreWatched) {
  Ended ended = run(program, "", {{"FAULT", "stall"}}, {"--watchdog", "0.5"});
  EXPECT_EQ(ended.code, 6);
  EXPECT_NE(ended.err.find("rank 1 has not "), std::string::npos) << ended.err;
  EXPECT_LT(ended.seconds, 5);
}

TEST_P(CudaRanksTest, StopOnASignal) {
  Process process({std::string(PROGRAMS) + "/" + program + ".shard", "--tokens", "raw16:" + tokens, "--seed", "7",
                   "--steps", "100000"},
                  {{"LD_LIBRARY_PATH", STUBS}});
  EXPECT_TRUE(process.waitFor("step "));
  process.send(SIGTERM);
  Ended ended = process.wait();
  EXPECT_EQ(ended.code, 75) << ended.err;
}

INSTANTIATE_TEST_SUITE_P(All, CudaRanksTest, ::testing::Values(2, 4),
                         [](const auto &info) { return "Ranks" + std::to_string(info.param); });

} // namespace
