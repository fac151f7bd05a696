//===- CudaTest.cpp - Programs that train on a GPU ------------------------------------------===//

#include "CudaRun.h"
#include "cuda/Kernels.h"
#include "cuda/Modules.h"
#include "program/Json.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>

using namespace shardrt;
using namespace shardrt::test;

namespace {

using CudaTest = CudaRun;

TEST_F(CudaTest, TrainsAsTheCpuInEveryOrder) {
  expectTrainsInEveryOrder("cuda-bigram", 5);
}

TEST_F(CudaTest, LaunchesTheKernelsOfTheRuntime) {
  if (!cuda::findKernelImage("EmbeddingGrad"))
    GTEST_SKIP() << "the runtime was built without GPU kernels";
  std::vector<StepRecord> expected = trainBigram(readFile(tokens), 7, 12);
  Ended ended = run("cuda-own-kernels");
  ASSERT_EQ(ended.code, 0) << ended.err;
  std::vector<StepRecord> records = readMetrics(metrics);
  ASSERT_EQ(records.size(), 12u);
  for (size_t i = 0; i < records.size(); ++i)
    EXPECT_NEAR(records[i].loss, expected[i].loss, 1e-5 * expected[i].loss) << "step " << i;
  EXPECT_EQ(count(readCalls(), "cuModuleLoadDataEx"), 3)
      << "the program's kernels, attention, and the embedding's gradient";
}

// Of the orders that the stub draws, some show that a product does not wait for the copy that it reads.
TEST_F(CudaTest, FindsAWaitThatIsMissing) {
  std::vector<StepRecord> expected = trainBigram(readFile(tokens), 7, 12);
  bool isFound = false;
  for (int seed = 0; seed < 4 && !isFound; ++seed) {
    Ended ended = run("cuda-bigram", "seed=" + std::to_string(seed), {{"FAULT", "no-wait"}});
    isFound = ended.code != 0;
    std::vector<StepRecord> records = readMetrics(metrics);
    for (size_t i = 0; i < records.size(); ++i)
      isFound |= std::abs(records[i].loss - expected[i].loss) > 1e-3;
  }
  EXPECT_TRUE(isFound);
}

TEST_F(CudaTest, TimesTheWorkAndNotItsLaunch) {
  ASSERT_EQ(run("cuda-bigram", "delay=20").code, 0);
  std::istringstream lines(readFile(metrics));
  for (std::string line; std::getline(lines, line);)
    EXPECT_GE(JsonDocument(metrics, line).root()["step_seconds"].real(), 0.02) << line;
}

TEST_F(CudaTest, SaysWhatItRunsOn) {
  Ended ended = run("cuda-bigram");
  EXPECT_NE(
      ended.out.find("  device          Stub GPU (sm_90), driver for CUDA 13.0, cuBLASLt 13.1.0, 32 MiB of workspace, "
                     "kernels of the PTX for sm_80\n"),
      std::string::npos)
      << ended.out;
  EXPECT_NE(ended.out.find("float32, cuda (x86-64)"), std::string::npos) << ended.out;
}

// The stub takes no machine code, as an old driver may not.
TEST_F(CudaTest, TakesThePtxWhereTheDriverRefusesTheCubin) {
  Ended ended = run("cuda-cubin", "capability=80");
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_NE(
      ended.out.find(
          "kernels of the PTX for sm_80, as the driver refuses its cubin for sm_80: CUDA_ERROR_NO_BINARY_FOR_GPU\n"),
      std::string::npos)
      << ended.out;
}

TEST_F(CudaTest, AllocatesOnceAndCapturesEachSectionOnce) {
  ASSERT_EQ(run("cuda-bigram").code, 0);
  std::vector<std::string> calls = readCalls();
  EXPECT_EQ(count(calls, "cuMemAlloc_v2"), 1);
  EXPECT_EQ(count(calls, "cuMemHostAlloc"), 1);
  EXPECT_EQ(count(calls, "cuModuleLoadDataEx"), 1);
  for (const char *once :
       {"cuStreamBeginCapture_v2", "cuStreamEndCapture", "cuGraphInstantiateWithFlags", "cuGraphUpload"})
    EXPECT_EQ(count(calls, once), 3) << once;
  EXPECT_EQ(count(calls, "cublasLtMatmulAlgoGetHeuristic"), 2); // a shape each, in two sections
  EXPECT_EQ(count(calls, "cuGraphLaunch"), 12 * 4);             // micro twice, last, update
  EXPECT_EQ(calls.back(), "live 0");
}

TEST_F(CudaTest, OnlyLaunchesAndCopiesAfterTheFirstStep) {
  ASSERT_EQ(run("cuda-bigram").code, 0);
  for (const std::string &call : callsAfterTheFirstStep())
    EXPECT_TRUE(call == "cuGraphLaunch" || call == "cuMemcpyHtoDAsync_v2" || call == "cuMemcpyDtoHAsync_v2" ||
                call == "cuStreamSynchronize")
        << call;
}

TEST_F(CudaTest, SavesWhatItHasTrained) {
  std::vector<float> table;
  trainBigram(readFile(tokens), 7, 12, &table);
  Ended ended = run("cuda-bigram", "", {}, {"--save", folder / "saved"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  std::string bytes = readFile(folder / "saved/model.safetensors");
  ASSERT_GT(bytes.size(), 400u);
  std::vector<float> saved(100);
  memcpy(saved.data(), bytes.data() + bytes.size() - 400, 400);
  for (size_t i = 0; i < 100; ++i)
    EXPECT_NEAR(saved[i], table[i], 1e-5);
}

TEST_F(CudaTest, NamesItsWorkForProfilers) {
#ifndef LOG_RANGES
  GTEST_SKIP() << "the runtime was built without NVTX's headers";
#else
  Ended ended = run("cuda-bigram", "", {{"NVTX_INJECTION64_PATH", LOG_RANGES}});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(
      ended.err.find("range step 0\nrange micro\nrange forward table: gather\nend\nrange forward: one_hot\nend\n"), 0u)
      << ended.err;
  EXPECT_NE(ended.err.find("range micro\nend\nrange last\nrange task without a name\n"), std::string::npos)
      << "the second time it is launched alone: " << ended.err;
  auto count = [&](const std::string &text) {
    int64_t times = 0;
    for (size_t at = ended.err.find(text); at != std::string::npos; at = ended.err.find(text, at + 1))
      ++times;
    return times;
  };
  EXPECT_EQ(count("range "), count("end\n"));
#endif
}

TEST(ModulesTest, ChoosesTheImageOfTheGpu) {
  auto image = [](const char *name, bool isPtx, int capability, char variant = 0) {
    return GpuImage{isPtx, name, capability, variant, ""};
  };
  std::vector<GpuImage> images = {image("ptx80", true, 80),        image("sm_86", false, 86),
                                  image("sm_80", false, 80),       image("ptx90", true, 90),
                                  image("sm_90a", false, 90, 'a'), image("sm_100f", false, 100, 'f')};
  auto chosen = [&](int capability) {
    std::string names;
    for (const GpuImage *found : cuda::chooseImages(images, capability))
      names += found->architecture + " ";
    return names;
  };
  EXPECT_EQ(chosen(75), "");
  EXPECT_EQ(chosen(80), "sm_80 ptx80 ");
  EXPECT_EQ(chosen(86), "sm_86 sm_80 ptx80 ");
  EXPECT_EQ(chosen(90), "sm_90a ptx90 ptx80 ");
  EXPECT_EQ(chosen(103), "sm_100f ptx90 ptx80 ");
  EXPECT_EQ(chosen(120), "ptx90 ptx80 ");
}

} // namespace
