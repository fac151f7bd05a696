//===- CudnnTest.cpp - Plans of cuDNN's attention for a GPU that is not there --------------===//
//
// The real cuDNN checks our graphs, chooses an engine and compiles its kernel for the description of a GPU, up to the
// loading of the kernel, which the stand-in for a driver takes. Skipped where cuDNN is not installed.
//
//===------------------------------------------------------------------------------------------===//

#include "cuda/AttentionCalls.h"
#include "program/Error.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

using namespace shardrt;
using namespace shardrt::cuda;

namespace {

/// An H200, as cuDNN describes one.
constexpr const char *hopper =
    R"({"cudaDeviceId": 0, "deviceVer": 900, "driverVer": 13000, "totalGlobalMem": 150754820096,
"maxGridSize": [2147483647, 65535, 65535], "maxBlockSize": [1024, 1024, 64], "regsPerBlock": 65536, "multiProcessorCount": 132,
"warpSize": 32, "maxSharedMemoryPerBlock": 49152, "maxSharedMemoryPerBlockOptin": 232448, "reservedSharedMemoryPerBlock": 1024,
"maxRegistersPerSM": 65536, "maxCtasPerSM": 32, "maxThreadsPerBlock": 1024, "maxThreadsPerSM": 2048, "pciDeviceId": 0,
"isTccDriver": 0, "supportCoopLaunch": 1, "smClockRateKHz": 1980000, "memClockRateKHz": 3201000, "l2CacheSize": 62914560,
"deviceName": "NVIDIA H200"})";

struct CudnnCase {
  const char *name;
  AttentionShape shape;
};

class CudnnTest : public ::testing::TestWithParam<CudnnCase> {
protected:
  /// cuDNN opens the driver by its name, and gets the one that is there already.
  static void SetUpTestSuite() { ASSERT_NE(dlopen(KERNEL_LOADER, RTLD_NOW), nullptr) << dlerror(); }
  void SetUp() override {
    try {
      cudnn = openCudnnWithoutGpu(hopper, 90);
    } catch (const Error &error) {
      GTEST_SKIP() << error.what();
    }
  }
  std::unique_ptr<Cudnn> cudnn;
};

/// Both passes have an engine, and it needs no more workspace than programs have.
TEST_P(CudnnTest, HasAnEngine) {
  const AttentionShape &s = GetParam().shape;
  for (bool isGradient : {false, true}) {
    std::unique_ptr<CudnnPlan> plan = isGradient ? cudnn->planGradient(s) : cudnn->planForward(s);
    EXPECT_LE(plan->getWorkspaceBytes(), SHARDRT_ATTENTION_WORKSPACE_CUDA(isGradient, SHARDRT_BF16, s.batch, s.qLen,
                                                                          s.kLen, s.heads, s.kvHeads, s.dim))
        << plan->getName();
    EXPECT_NE(plan->getName(), "");
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, CudnnTest,
                         ::testing::Values(CudnnCase{"Gpt2", {64, 1024, 1024, 12, 12, 64, true, 0, 0.125}},
                                           CudnnCase{"Llama1B", {4, 4096, 4096, 32, 8, 64, true, 0, 0.125}},
                                           CudnnCase{"Llama8B", {1, 8192, 8192, 32, 8, 128, true, 0, 0.088}},
                                           CudnnCase{"Llama8BOn8Ranks", {2, 8192, 8192, 4, 1, 128, true, 0, 0.088}},
                                           CudnnCase{"Window64", {2, 2048, 2048, 8, 4, 64, true, 512, 0.125}},
                                           CudnnCase{"Window128", {1, 4096, 4096, 8, 2, 128, true, 1024, 0.088}},
                                           CudnnCase{"Head96", {2, 1000, 1000, 8, 8, 96, true, 0, 0.1}},
                                           CudnnCase{"Head80", {2, 333, 333, 4, 4, 80, true, 0, 0.1}},
                                           CudnnCase{"Head256", {1, 2048, 2048, 4, 1, 256, true, 0, 0.0625}},
                                           CudnnCase{"Full", {2, 1024, 1024, 4, 4, 64, false, 0, 0.125}},
                                           CudnnCase{"Small", {3, 32, 32, 4, 2, 16, true, 0, 0.25}},
                                           CudnnCase{"Odd", {3, 83, 83, 4, 2, 32, true, 0, 0.25}}),
                         [](const auto &info) { return info.param.name; });

using CudnnRefusalTest = CudnnTest;

TEST_P(CudnnRefusalTest, HasAReason) {
  try {
    cudnn->planForward(GetParam().shape);
    ADD_FAILURE() << "nothing is refused";
  } catch (const Error &error) {
    EXPECT_EQ(std::string(error.what()).find("cuDNN does not take it ("), 0u) << error.what();
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, CudnnRefusalTest,
                         ::testing::Values(CudnnCase{"OddHead", {1, 64, 64, 2, 1, 7, true, 0, 0.1}},
                                           CudnnCase{"HeadOf12", {1, 64, 64, 2, 1, 12, true, 0, 0.1}}),
                         [](const auto &info) { return info.param.name; });

/// cuDNN's gradient that repeats its bits takes workspace by the square of the length: beyond a bound programs have
/// none.
TEST(CudnnWorkspaceTest, IsBounded) {
  EXPECT_GT(SHARDRT_ATTENTION_WORKSPACE_CUDA(true, SHARDRT_BF16, 4, 4096, 4096, 32, 8, 64), int64_t(4) << 30);
  EXPECT_EQ(SHARDRT_ATTENTION_WORKSPACE_CUDA(true, SHARDRT_BF16, 1, 32768, 32768, 32, 8, 128), 4 * 32768 * 32);
}

} // namespace
