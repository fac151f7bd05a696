//===- KernelsTest.cpp - The CPU's other library calls --------------------------------===//

#include "cpu/Kernels.h"
#include "program/Rank.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>
#include <random>

using namespace shardrt;

namespace {

template <typename T> class KernelsTest : public ::testing::Test {
protected:
  std::unique_ptr<Platform> platform = createCpuPlatform();
  Progress progress;
  shardrt_rank rank{0, platform->getDevice(0), nullptr, progress};
  static constexpr int64_t dtype = std::is_same_v<T, double> ? SHARDRT_F64 : SHARDRT_F32;

  static std::vector<T> count(int64_t size, T first) {
    std::vector<T> values(static_cast<size_t>(size));
    std::iota(values.begin(), values.end(), first);
    return values;
  }
};
using Reals = ::testing::Types<float, double>;
TYPED_TEST_SUITE(KernelsTest, Reals);

using NarrowTest = KernelsTest<float>;

TYPED_TEST(KernelsTest, GemmMultipliesWithAllTransposes) {
  using T = TypeParam;
  constexpr int64_t m = 3, n = 5, k = 4;
  std::vector<T> a = this->count(m * k, T(1)), b = this->count(k * n, T(-7));
  for (bool transposeA : {false, true})
    for (bool transposeB : {false, true}) {
      std::vector<T> c(m * n, std::numeric_limits<T>::quiet_NaN());
      shardrt_gemm(&this->rank, a.data(), b.data(), c.data(), m, n, k, transposeA, transposeB, this->dtype,
                   this->dtype);
      for (int64_t i = 0; i < m; ++i)
        for (int64_t j = 0; j < n; ++j) {
          T sum = 0;
          for (int64_t x = 0; x < k; ++x)
            sum += a[static_cast<size_t>(transposeA ? x * m + i : i * k + x)] *
                   b[static_cast<size_t>(transposeB ? j * k + x : x * n + j)];
          EXPECT_EQ(c[static_cast<size_t>(i * n + j)], sum);
        }
    }
}

TYPED_TEST(KernelsTest, GemmOfNothingIsZero) {
  using T = TypeParam;
  std::vector<T> c(6, T(3));
  shardrt_gemm(&this->rank, c.data(), c.data(), c.data(), 2, 3, 0, 0, 0, this->dtype, this->dtype);
  EXPECT_EQ(c, std::vector<T>(6, T(0)));
  shardrt_gemm(&this->rank, c.data(), c.data(), c.data(), 0, 3, 4, 1, 1, this->dtype, this->dtype);
}

TYPED_TEST(KernelsTest, RopeTableIsRoundedOnce) {
  using T = TypeParam;
  // The second sample repeats the first one's positions but for one.
  std::vector<int32_t> positions{0, 1, 70000, 3, 0, 1, 5, 3};
  std::vector<double> frequencies{1, 0.1, 1e-4};
  std::vector<T> cosines(24), sines(24);
  shardrt_rope_table(&this->rank, positions.data(), frequencies.data(), cosines.data(), sines.data(), 8, 3,
                     this->dtype);
  for (size_t i = 0; i < 24; ++i) {
    EXPECT_EQ(cosines[i], static_cast<T>(std::cos(positions[i / 3] * frequencies[i % 3])));
    EXPECT_EQ(sines[i], static_cast<T>(std::sin(positions[i / 3] * frequencies[i % 3])));
  }
}

TYPED_TEST(KernelsTest, EmbeddingGradSumsRowsOfAnIndex) {
  using T = TypeParam;
  std::vector<int32_t> indices{2, -1, 0, 2, -5};
  std::vector<T> dout = this->count(10, T(1)), dweight(8, T(9));
  shardrt_embedding_grad(&this->rank, dout.data(), indices.data(), dweight.data(), 5, 4, 2, this->dtype);
  EXPECT_EQ(dweight, (std::vector<T>{5, 6, 0, 0, 1 + 7, 2 + 8, 0, 0}));
}

TYPED_TEST(KernelsTest, CopyMovesBytes) {
  std::vector<TypeParam> from = this->count(5, TypeParam(1)), to(5);
  shardrt_copy(&this->rank, from.data(), to.data(), 5 * sizeof(TypeParam));
  EXPECT_EQ(from, to);
}

TYPED_TEST(KernelsTest, ExponentialsAreAccurate) {
  using T = TypeParam;
  std::vector<T> data;
  for (int i = 0; i <= 4003; ++i)
    data.push_back(static_cast<T>(3 - i * 0.02));
  data.push_back(-std::numeric_limits<T>::infinity());
  std::vector<T> values = data;
  double sum = cpu::expShifted(values.data(), static_cast<int64_t>(values.size()), T(3)), expected = 0;
  for (size_t i = 0; i < data.size(); ++i) {
    double exact = std::exp(static_cast<double>(data[i] - T(3)));
    expected += exact;
    EXPECT_NEAR(static_cast<double>(values[i]), exact, 1.2 * std::numeric_limits<T>::epsilon() * exact) << data[i];
  }
  EXPECT_EQ(values.back(), 0);
  EXPECT_NEAR(sum, expected, 4 * expected * std::numeric_limits<T>::epsilon());
}

TYPED_TEST(KernelsTest, LargestOfARow) {
  using T = TypeParam;
  std::vector<T> data(37, T(-4));
  for (size_t i = 0; i < data.size(); ++i) {
    data[i] = T(2);
    EXPECT_EQ(cpu::largest(data.data(), 37), T(2));
    data[i] = T(-4);
  }
  EXPECT_EQ(cpu::largest(data.data(), 0), -std::numeric_limits<T>::infinity());
}

TEST(BFloat16Test, RoundsToTheNearestAndTiesToEven) {
  auto rounded = [](uint32_t bits) { return std::bit_cast<uint32_t>(float(BFloat16(std::bit_cast<float>(bits)))); };
  EXPECT_EQ(rounded(0x3f800000), 0x3f800000u);
  EXPECT_EQ(rounded(0x3f807fff), 0x3f800000u);
  EXPECT_EQ(rounded(0x3f808000), 0x3f800000u);
  EXPECT_EQ(rounded(0x3f808001), 0x3f810000u);
  EXPECT_EQ(rounded(0x3f818000), 0x3f820000u);
  EXPECT_EQ(rounded(0xbf818000), 0xbf820000u);
  EXPECT_EQ(rounded(0x7f7fffff), 0x7f800000u); // beyond the largest: infinity
  EXPECT_EQ(rounded(0xff800000), 0xff800000u);
  EXPECT_TRUE(std::isnan(float(BFloat16(std::bit_cast<float>(0x7f800001))))); // a payload that is cut off
  EXPECT_TRUE(std::isnan(float(BFloat16(std::bit_cast<float>(0xffffffff)))));
}

/// Products of sizes that no block divides, against double.
class NarrowGemmTest : public NarrowTest, public ::testing::WithParamInterface<std::tuple<bool, bool>> {};

TEST_P(NarrowGemmTest, SumsInFloat32AndRoundsOnce) {
  auto [transposeA, transposeB] = GetParam();
  constexpr int64_t m = 70, n = 130, k = 600;
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  std::vector<BFloat16> a, b, narrow(m * n);
  std::vector<float> wide(m * n);
  for (int64_t i = 0; i < m * k; ++i)
    a.emplace_back(normal(random));
  for (int64_t i = 0; i < k * n; ++i)
    b.emplace_back(normal(random));
  shardrt_gemm(&rank, a.data(), b.data(), wide.data(), m, n, k, transposeA, transposeB, SHARDRT_BF16, SHARDRT_F32);
  shardrt_gemm(&rank, a.data(), b.data(), narrow.data(), m, n, k, transposeA, transposeB, SHARDRT_BF16, SHARDRT_BF16);
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j) {
      double sum = 0;
      for (int64_t x = 0; x < k; ++x)
        sum += double(a[size_t(transposeA ? x * m + i : i * k + x)]) *
               double(b[size_t(transposeB ? j * k + x : x * n + j)]);
      auto at = size_t(i * n + j);
      ASSERT_NEAR(wide[at], sum, 1e-4);
      ASSERT_EQ(float(narrow[at]), float(BFloat16(wide[at])));
    }
}

INSTANTIATE_TEST_SUITE_P(Transposes, NarrowGemmTest, ::testing::Combine(::testing::Bool(), ::testing::Bool()));

TEST_F(NarrowTest, EmbeddingGradSumsInFloat32) {
  // 256 + 1 is no bfloat16: it would be lost in a sum of them.
  std::vector<BFloat16> dout{BFloat16(256), BFloat16(1), BFloat16(1)};
  std::vector<int32_t> indices{1, 1, 1};
  std::vector<float> dweight(2, 7);
  shardrt_embedding_grad(&rank, dout.data(), indices.data(), dweight.data(), 3, 2, 1, SHARDRT_BF16);
  EXPECT_EQ(dweight, (std::vector<float>{0, 258}));
}

TEST(DeviceTest, MemoryIsZeroedAndAligned) {
  std::unique_ptr<Platform> platform = createCpuPlatform();
  char *memory = platform->getDevice(0).allocate(10000);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % 4096, 0u);
  for (int i = 0; i < 10000; ++i)
    ASSERT_EQ(memory[i], 0);
  platform->getDevice(0).release(memory, 10000);
}

} // namespace
