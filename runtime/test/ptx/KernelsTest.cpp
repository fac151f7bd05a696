//===- KernelsTest.cpp - Kernels that LLVM compiled, against C++ ------------===//

#include "Launches.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace shardrt::ptx;

namespace {

TEST(PtxKernelsTest, RmsNorm) {
  auto module = load("rms_norm.ptx");
  for (int64_t columns : {4, 96, 512, 1028}) {
    const int64_t rows = 3;
    std::vector<float> x = randomFloats(size_t(rows * columns)), w = randomFloats(size_t(columns), 2), y(x.size());
    Statistics statistics = Call("rms_norm", uint32_t(rows), 128).in(x).in(w).out(y).value(columns).value(1e-5f).run(*module);
    for (int64_t row = 0; row < rows; ++row) {
      double sum = 0;
      for (int64_t i = 0; i < columns; ++i)
        sum += double(x[size_t(row * columns + i)]) * x[size_t(row * columns + i)];
      double scale = 1 / std::sqrt(sum / double(columns) + 1e-5);
      for (int64_t i = 0; i < columns; ++i) {
        double expected = x[size_t(row * columns + i)] * scale * w[size_t(i)];
        EXPECT_NEAR(y[size_t(row * columns + i)], expected, 1e-6 * (1 + std::fabs(expected)));
      }
    }
    EXPECT_EQ(statistics.barriers, rows);
    EXPECT_EQ(statistics.globalStoreBytes, int64_t(4 * y.size()));
    EXPECT_EQ(statistics.globalLoadBytes, 3 * statistics.globalStoreBytes);
    EXPECT_EQ(statistics.uncoalesced, 0);
  }
}

TEST(PtxKernelsTest, Softmax) {
  auto module = load("softmax.ptx");
  for (int columns : {1, 63, 64, 65, 300}) {
    const int rows = 2;
    std::vector<float> x = randomFloats(size_t(rows * columns)), y = x;
    Call call("softmax", uint32_t(rows), 64);
    call.launch.dynamicSharedBytes = 16;
    Statistics statistics = call.out(y).value(columns).run(*module);
    for (int row = 0; row < rows; ++row) {
      double sum = 0;
      for (int i = 0; i < columns; ++i)
        sum += std::exp(double(x[size_t(row * columns + i)]));
      for (int i = 0; i < columns; ++i)
        EXPECT_NEAR(y[size_t(row * columns + i)], std::exp(double(x[size_t(row * columns + i)])) / sum, 1e-6);
    }
    EXPECT_EQ(statistics.sharedBankConflicts, 0);
    EXPECT_EQ(statistics.globalLoadBytes, 2 * statistics.globalStoreBytes);
    // Without the dynamic memory that it needs.
    call.launch.dynamicSharedBytes = 8;
    EXPECT_THROW(call.run(*module), std::runtime_error);
  }
}

} // namespace
