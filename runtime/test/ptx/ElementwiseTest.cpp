//===- ElementwiseTest.cpp - Functions of numbers, against C++ --------------===//
//
// The inputs are kernels with a row of results per function; here are the functions in the same order.
//
//===------------------------------------------------------------------------===//

#include "Launches.h"

#include <bit>
#include <cfenv>
#include <cmath>
#include <functional>
#include <gtest/gtest.h>
#include <limits>

using namespace shardrt::ptx;

namespace {

template <typename T> struct Function {
  const char *name;
  std::function<T(T, T, T)> compute;
  double tolerance = 0; // relative; 0 for equal bits
};

template <typename T> std::string show(T x) {
  std::ostringstream text;
  text.precision(20);
  text << x;
  return text.str();
}

/// Runs `kernel` on the numbers and compares each row of its output.
template <typename T>
void check(const std::string &kernel, const std::vector<T> &x, const std::vector<T> &y, const std::vector<T> &z,
           const std::vector<Function<T>> &functions) {
  const size_t n = x.size();
  std::vector<T> out(n * functions.size());
  auto module = load(kernel + ".ptx");
  Call(kernel, uint32_t(n / 96 + 1), 96).in(x).in(y).in(z).out(out).value(uint32_t(n)).run(*module);
  for (size_t k = 0; k < functions.size(); ++k)
    for (size_t i = 0, wrong = 0; i < n && wrong < 3; ++i) {
      T got = out[k * n + i], expected = functions[k].compute(x[i], y[i], z[i]);
      bool isGood = std::memcmp(&got, &expected, sizeof(T)) == 0 || (got != got && expected != expected);
      if (!isGood && functions[k].tolerance)
        isGood =
            std::fabs(double(got) - double(expected)) <= functions[k].tolerance * std::fabs(double(expected)) + 1e-37;
      if (!isGood)
        ++wrong;
      EXPECT_TRUE(isGood) << functions[k].name << " of " << show(x[i]) << ", " << show(y[i]) << ", " << show(z[i])
                          << ": got " << show(got) << ", expected " << show(expected);
    }
}

/// Numbers of all kinds.
template <typename T> std::vector<T> reals(unsigned seed) {
  using Limits = std::numeric_limits<T>;
  const std::vector<T> special{0,
                               -T(0),
                               1,
                               -1,
                               T(0.5),
                               T(1.5),
                               T(2.5),
                               T(-2.5),
                               Limits::infinity(),
                               -Limits::infinity(),
                               Limits::quiet_NaN(),
                               Limits::max(),
                               Limits::lowest(),
                               Limits::min(),
                               -Limits::min(),
                               Limits::denorm_min(),
                               -Limits::denorm_min(),
                               Limits::min() / 2,
                               T(4294967296.0),
                               T(-9223372036854775808.0),
                               T(1e30)};
  std::mt19937 generator(seed);
  std::vector<T> values;
  for (size_t i = 0; i < 500; ++i)
    if (i % 3 == 0)
      values.push_back(special[generator() % special.size()]);
    else
      values.push_back(std::normal_distribution<T>()(generator) * T(std::exp2(int(generator() % 61) - 30)));
  return values;
}

/// Computes with another rounding. Operands go through volatile variables, so that nothing is computed before.
template <typename T, typename Compute> float rounded(int mode, Compute compute, T a, T b = 0, T c = 0) {
  volatile T x = a, y = b, z = c;
  std::fesetround(mode);
  volatile float result = compute(T(x), T(y), T(z));
  std::fesetround(FE_TONEAREST);
  return result;
}
float flushed(float x) {
  return std::fpclassify(x) == FP_SUBNORMAL ? std::copysign(0.0f, x) : x;
}
float clampTo(double x, double least, double greatest) {
  return std::isnan(x) ? 0 : float(std::trunc(std::clamp(x, least, greatest)) + 0.0); // + 0.0 turns -0 into 0
}
float minimum(float a, float b, bool isMax) {
  return a == b ? (std::signbit(a) != isMax ? a : b) : (a < b) != isMax ? a : b;
}

TEST(PtxElementwiseTest, Singles) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  auto fused = [](float x, float y, float z) { return std::fma(x, y, z); };
  std::vector<Function<float>> functions{
      {"add", [](float a, float b, float) { return a + b; }},
      {"sub", [](float a, float b, float) { return a - b; }},
      {"mul", [](float a, float b, float) { return a * b; }},
      {"div", [](float a, float b, float) { return a / b; }},
      {"fma", [](float a, float b, float c) { return std::fma(a, b, c); }},
      {"sqrt", [](float a, float, float) { return std::sqrt(a); }},
      {"ex2.approx", [](float a, float, float) { return std::exp2(a); }, 1e-6},
      {"ex2.approx.ftz", [](float a, float, float) { return flushed(std::exp2(flushed(a))); }, 1e-6},
      {"lg2.approx", [](float a, float, float) { return std::log2(a); }, 1e-6},
      {"rsqrt.approx", [](float a, float, float) { return 1 / std::sqrt(a); }, 1e-6},
      {"rcp.approx.ftz", [](float a, float, float) { return flushed(1 / flushed(a)); }},
      {"div.full", [](float a, float b, float) { return a / b; }},
      {"div.approx",
       [](float a, float b, float) {
         return std::isfinite(b) && std::fabs(b) > 0x1p126f
                    ? (std::isfinite(a) ? std::copysign(0.0f, a) * (b < 0 ? -1 : 1) : NAN)
                    : a / b;
       },
       1e-6},
      {"tanh", [](float a, float, float) { return std::tanh(a); }, 1e-6},
      {"sin", [](float a, float, float) { return float(std::sin(double(a))); }, 1e-6},
      {"cos", [](float a, float, float) { return float(std::cos(double(a))); }, 1e-6},
      {"floor", [](float a, float, float) { return std::floor(a); }},
      {"ceil", [](float a, float, float) { return std::ceil(a); }},
      {"trunc", [](float a, float, float) { return std::trunc(a); }},
      {"rint", [](float a, float, float) { return std::nearbyint(a); }},
      {"abs", [](float a, float, float) { return std::fabs(a); }},
      {"copysign", [](float a, float b, float) { return std::copysign(a, b); }},
      {"max", [](float a, float b, float) { return std::isnan(a)   ? b
                                                   : std::isnan(b) ? a
                                                                   : minimum(a, b, true); }},
      {"min", [](float a, float b, float) { return std::isnan(a)   ? b
                                                   : std::isnan(b) ? a
                                                                   : minimum(a, b, false); }},
      {"max.NaN", [=](float a, float b, float) { return std::isnan(a) || std::isnan(b) ? nan : minimum(a, b, true); }},
      {"min.NaN", [=](float a, float b, float) { return std::isnan(a) || std::isnan(b) ? nan : minimum(a, b, false); }},
      {"add.rz", [](float a, float b,
                    float) { return rounded(FE_TOWARDZERO, [](float x, float y, float) { return x + y; }, a, b); }},
      {"add.rm.ftz",
       [](float a, float b, float) {
         return flushed(rounded(FE_DOWNWARD, [](float x, float y, float) { return x + y; }, flushed(a), flushed(b)));
       }},
      {"mul.rp",
       [](float a, float b, float) { return rounded(FE_UPWARD, [](float x, float y, float) { return x * y; }, a, b); }},
      {"fma.rm", [=](float a, float b, float c) { return rounded(FE_DOWNWARD, fused, a, b, c); }},
      {"fma.rz.ftz",
       [=](float a, float b, float c) {
         return flushed(rounded(FE_TOWARDZERO, fused, flushed(a), flushed(b), flushed(c)));
       }},
      {"div.rm", [](float a, float b,
                    float) { return rounded(FE_DOWNWARD, [](float x, float y, float) { return x / y; }, a, b); }},
      {"rcp.rp",
       [](float a, float, float) { return rounded(FE_UPWARD, [](float x, float, float) { return 1 / x; }, a); }},
      {"sqrt.rz", [](float a, float,
                     float) { return rounded(FE_TOWARDZERO, [](float x, float, float) { return std::sqrt(x); }, a); }},
      {"sqrt.approx", [](float a, float, float) { return std::sqrt(a); }, 1e-6},
      {"saturate", [](float a, float, float) { return a > 0 ? std::min(a, 1.0f) : 0.0f; }},
      {"add.ftz", [](float a, float b, float) { return flushed(flushed(a) + flushed(b)); }},
      {"neg", [](float a, float, float) { return -a; }},
      {"oeq", [](float a, float b, float) { return float(a == b); }},
      {"one", [](float a, float b, float) { return float(a < b || a > b); }},
      {"olt", [](float a, float b, float) { return float(a < b); }},
      {"ole", [](float a, float b, float) { return float(a <= b); }},
      {"ogt", [](float a, float b, float) { return float(a > b); }},
      {"oge", [](float a, float b, float) { return float(a >= b); }},
      {"ord", [](float a, float b, float) { return float(!std::isnan(a) && !std::isnan(b)); }},
      {"ueq", [](float a, float b, float) { return float(!(a < b || a > b)); }},
      {"une", [](float a, float b, float) { return float(a != b); }},
      {"ult", [](float a, float b, float) { return float(!(a >= b)); }},
      {"ule", [](float a, float b, float) { return float(!(a > b)); }},
      {"ugt", [](float a, float b, float) { return float(!(a <= b)); }},
      {"uge", [](float a, float b, float) { return float(!(a < b)); }},
      {"uno", [](float a, float b, float) { return float(std::isnan(a) || std::isnan(b)); }},
      {"both", [](float a, float b, float c) { return a < b && b > c ? a : c; }},
      {"s8", [](float a, float, float) { return clampTo(a, -128, 127); }},
      {"u8", [](float a, float, float) { return clampTo(a, 0, 255); }},
      {"s16", [](float a, float, float) { return clampTo(a, -32768, 32767); }},
      {"u16", [](float a, float, float) { return clampTo(a, 0, 65535); }},
      {"s32", [](float a, float, float) { return clampTo(a, -2147483648.0, 2147483647.0); }},
      {"u32", [](float a, float, float) { return clampTo(a, 0, 4294967295.0); }},
      {"s64", [](float a, float, float) { return clampTo(a, -0x1p63, 0x1p63); }},
      {"u64", [](float a, float, float) { return clampTo(a, 0, 0x1p64); }},
  };
  check<float>("singles", reals<float>(1), reals<float>(2), reals<float>(3), functions);
}

TEST(PtxElementwiseTest, Doubles) {
  auto clampTo = [](double x, double least, double greatest) {
    return std::isnan(x) ? 0 : std::trunc(std::clamp(x, least, greatest)) + 0.0;
  };
  auto toFloat = [](double x, double, double) { return float(x); };
  std::vector<Function<double>> functions{
      {"add", [](double a, double b, double) { return a + b; }},
      {"sub", [](double a, double b, double) { return a - b; }},
      {"mul", [](double a, double b, double) { return a * b; }},
      {"div", [](double a, double b, double) { return a / b; }},
      {"fma", [](double a, double b, double c) { return std::fma(a, b, c); }},
      {"sqrt", [](double a, double, double) { return std::sqrt(a); }},
      {"floor", [](double a, double, double) { return std::floor(a); }},
      {"rint", [](double a, double, double) { return std::nearbyint(a); }},
      {"abs", [](double a, double, double) { return std::fabs(a); }},
      {"copysign", [](double a, double b, double) { return std::copysign(a, b); }},
      {"max",
       [](double a, double b, double) {
         return std::isnan(a) ? b : a == b ? (std::signbit(a) ? b : a) : a < b ? b : a;
       }},
      {"min",
       [](double a, double b, double) {
         return std::isnan(a) ? b : a == b ? (std::signbit(a) ? a : b) : a > b ? b : a;
       }},
      {"neg", [](double a, double, double) { return -a; }},
      {"f32", [](double a, double, double) { return double(float(a)); }},
      {"s32", [=](double a, double, double) { return clampTo(a, -2147483648.0, 2147483647.0); }},
      {"u32", [=](double a, double, double) { return clampTo(a, 0, 4294967295.0); }},
      {"s64", [=](double a, double, double) { return clampTo(a, -0x1p63, 0x1p63); }},
      {"u64", [=](double a, double, double) { return clampTo(a, 0, 0x1p64); }},
      {"ult", [](double a, double b, double c) { return !(a >= b) ? a : c; }},
      {"f32.rz", [=](double a, double, double) { return double(rounded(FE_TOWARDZERO, toFloat, a)); }},
      {"f32.rm", [=](double a, double, double) { return double(rounded(FE_DOWNWARD, toFloat, a)); }},
      {"f32.rp", [=](double a, double, double) { return double(rounded(FE_UPWARD, toFloat, a)); }},
  };
  check<double>("doubles", reals<double>(1), reals<double>(2), reals<double>(3), functions);
}

template <typename U> std::vector<U> integers(unsigned seed) {
  std::mt19937_64 generator(seed);
  std::vector<U> values;
  for (size_t i = 0; i < 500; ++i)
    values.push_back(i % 4 == 0 ? U(generator() % 5 - 2) : U(generator() >> generator() % 64));
  return values;
}

template <typename U, typename S> void checkIntegers(const std::string &kernel) {
  constexpr unsigned bits = 8 * sizeof(U);
  using Wide = __int128;
  using UnsignedWide = unsigned __int128;
  auto rotate = [](U a, U b, unsigned n) { return n ? U(a << n | b >> (bits - n)) : a; };
  std::vector<Function<U>> functions{
      {"add", [](U a, U b, U) { return U(a + b); }},
      {"sub", [](U a, U b, U) { return U(a - b); }},
      {"mul", [](U a, U b, U) { return U(UnsignedWide(a) * b); }},
      {"and", [](U a, U b, U) { return U(a & b); }},
      {"or", [](U a, U b, U) { return U(a | b); }},
      {"xor", [](U a, U b, U) { return U(a ^ b); }},
      {"div.s", [](U a, U b, U) { return U(Wide(S(a)) / S(b | 1)); }},
      {"div.u", [](U a, U b, U) { return U(a / U(b | 1)); }},
      {"rem.s", [](U a, U b, U) { return U(Wide(S(a)) % S(b | 1)); }},
      {"rem.u", [](U a, U b, U) { return U(a % U(b | 1)); }},
      {"shl", [](U a, U b, U) { return U(a << (b & (bits - 1))); }},
      {"shr.u", [](U a, U b, U) { return U(a >> (b & (bits - 1))); }},
      {"shr.s", [](U a, U b, U) { return U(S(a) >> (b & (bits - 1))); }},
      {"max.s", [](U a, U b, U) { return U(std::max(S(a), S(b))); }},
      {"min.s", [](U a, U b, U) { return U(std::min(S(a), S(b))); }},
      {"max.u", [](U a, U b, U) { return std::max(a, b); }},
      {"min.u", [](U a, U b, U) { return std::min(a, b); }},
      {"abs", [](U a, U, U) { return S(a) < 0 ? U(-a) : a; }},
      {"popc", [](U a, U, U) { return U(std::popcount(a)); }},
      {"brev",
       [](U a, U, U) {
         U result = 0;
         for (unsigned i = 0; i < bits; ++i)
           result = U(result << 1 | (a >> i & 1));
         return result;
       }},
      {"bswap",
       [](U a, U, U) {
         U result = 0;
         for (unsigned i = 0; i < sizeof(U); ++i)
           result = U(UnsignedWide(result) << 8 | (a >> 8 * i & 255));
         return result;
       }},
      {"clz", [](U a, U, U) { return U(std::countl_zero(a)); }},
      {"ctz", [](U a, U, U) { return U(std::countr_zero(a)); }},
      {"shf.l", [=](U a, U b, U c) { return rotate(a, b, unsigned(c % bits)); }},
      {"shf.r", [=](U a, U b, U c) { return c % bits ? rotate(a, b, bits - unsigned(c % bits)) : b; }},
      {"mad", [](U a, U b, U c) { return U(UnsignedWide(a) * b + c); }},
      {"mul.hi.s", [](U a, U b, U) { return U(Wide(S(a)) * S(b) >> bits); }},
      {"mul.hi.u", [](U a, U b, U) { return U(UnsignedWide(a) * b >> bits); }},
      {"eq", [](U a, U b, U c) { return a == b ? c : a; }},
      {"ne", [](U a, U b, U c) { return a != b ? c : a; }},
      {"lt.s", [](U a, U b, U c) { return S(a) < S(b) ? c : a; }},
      {"le.s", [](U a, U b, U c) { return S(a) <= S(b) ? c : a; }},
      {"gt.s", [](U a, U b, U c) { return S(a) > S(b) ? c : a; }},
      {"ge.s", [](U a, U b, U c) { return S(a) >= S(b) ? c : a; }},
      {"lt.u", [](U a, U b, U c) { return a < b ? c : a; }},
      {"le.u", [](U a, U b, U c) { return a <= b ? c : a; }},
      {"gt.u", [](U a, U b, U c) { return a > b ? c : a; }},
      {"ge.u", [](U a, U b, U c) { return a >= b ? c : a; }},
      {"xor of predicates", [](U a, U b, U c) { return U((S(a) < S(b)) != (b < c)); }},
      {"s8", [](U a, U, U) { return U(int8_t(a)); }},
      {"u8", [](U a, U, U) { return U(uint8_t(a)); }},
      {"bfe.s", [](U a, U, U) { return U(S(U(a << 5)) >> 9); }},
      {"bfe.u", [](U a, U, U) { return U(a >> 5 & 31); }},
  };
  check<U>(kernel, integers<U>(1), integers<U>(2), integers<U>(3), functions);
}

TEST(PtxElementwiseTest, Integers) {
  checkIntegers<uint16_t, int16_t>("integers16");
  checkIntegers<uint32_t, int32_t>("integers32");
  checkIntegers<uint64_t, int64_t>("integers64");
}

} // namespace
