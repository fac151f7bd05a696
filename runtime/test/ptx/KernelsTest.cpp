//===- KernelsTest.cpp - Kernels that LLVM compiled, against C++ ------------===//

#include "Launches.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

using namespace shardrt::ptx;

namespace {

TEST(PtxKernelsTest, RmsNorm) {
  auto module = load("rms_norm.ptx");
  for (int64_t columns : {4, 96, 512, 1028}) {
    const int64_t rows = 3;
    std::vector<float> x = randomFloats(size_t(rows * columns)), w = randomFloats(size_t(columns), 2), y(x.size());
    Statistics statistics =
        Call("rms_norm", uint32_t(rows), 128).in(x).in(w).out(y).value(columns).value(1e-5f).run(*module);
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

TEST(PtxKernelsTest, Scatter) {
  auto module = load("scatter.ptx");
  const size_t n = 96 * 2;
  std::vector<int> index(n);
  std::vector<float> x(n), sums(16), greatest{-1}, expectedSums(16);
  std::vector<int> histogram(16), expectedHistogram(16);
  std::vector<int64_t> total{0};
  int64_t expectedTotal = 40;
  std::mt19937 generator(3);
  for (size_t i = 0; i < n; ++i) {
    index[i] = int(generator() % 16);
    x[i] = float(generator() % 100); // whole numbers, so that sums are exact in any order
    expectedSums[size_t(index[i])] += x[i];
    ++expectedHistogram[size_t(index[i])];
    expectedTotal += index[i];
  }
  Call("scatter", 2, 96).in(index).in(x).out(sums).out(histogram).out(greatest).out(total).run(*module);
  EXPECT_EQ(sums, expectedSums);
  EXPECT_EQ(histogram, expectedHistogram);
  EXPECT_EQ(greatest[0], std::ranges::max(x));
  EXPECT_EQ(total[0], expectedTotal);
}

TEST(PtxKernelsTest, Control) {
  auto module = load("control.ptx");
  const int n = 70;
  std::vector<float> x = randomFloats(n), out(n), table{1, 2, 3, 4};
  Call("control", 1, n).in(x).out(out).run(*module);
  for (int t = 0; t < n; ++t) {
    float v = x[size_t(t)], expected = 0;
    switch (t % 7) {
    case 0:
      expected = v * v;
      break;
    case 1:
      expected = v * v + v * v + float(t * t);
      break;
    case 2:
      expected = 2 * v;
      break;
    case 3:
      expected = t % 2 ? 3 : 1;
      break;
    case 4:
      expected = table[size_t(t % 4)];
      break;
    default:
      unsigned steps = 0;
      for (unsigned m = unsigned(t); steps == 0 || m > 1; ++steps)
        m = m % 2 ? 3 * m + 1 : m / 2;
      expected = float(steps);
    }
    EXPECT_EQ(out[size_t(t)], expected) << t;
  }
}

} // namespace
