//===- Numbers.h - Floating-point formats and roundings of PTX --------------===//
//
// Results are computed in double, rounded to odd where double cannot hold them, and then rounded once to their format.
// Rounding to odd keeps what the second rounding needs to know (Boldo, Melquiond: "When double rounding is odd"), so
// all is as if rounded once.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_TEST_PTX_NUMBERS_H
#define SHARDRT_TEST_PTX_NUMBERS_H

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace shardrt::ptx {

enum class Rounding : uint8_t { Nearest, Zero, Down, Up };

struct Half {
  uint16_t bits;
};
struct Bfloat {
  uint16_t bits;
};
/// Two numbers in 32 bits, the first in the lower half.
template <typename T> struct Pair {
  T low, high;
};

/// A binary format: bits of the significand with the hidden one, and the exponents of normal numbers.
struct Format {
  int precision, minExponent, maxExponent;
};
inline constexpr Format halfFormat{11, -14, 15}, bfloatFormat{8, -126, 127}, floatFormat{24, -126, 127};

/// Returns the integer that is next to `value` in direction of `rounding`.
double roundToIntegral(double value, Rounding rounding);

/// Returns the number of `format` that is next to `value` in direction of `rounding`.
double roundTo(double value, Format format, Rounding rounding);

/// Returns `value` + `error` rounded to odd; `error` is what the rounding of `value` to nearest has lost (its sign is
/// enough).
inline double roundToOdd(double value, double error) {
  if (error == 0 || !std::isfinite(value) || (std::bit_cast<uint64_t>(value) & 1))
    return value;
  return std::nextafter(value,
                        error > 0 ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity());
}

// The exact result, rounded to odd. Factors and summands must be numbers of the formats above, so that products are
// exact. A sum of zero has the sign that `rounding` gives it.
inline double addOdd(double a, double b, Rounding rounding = Rounding::Nearest) {
  double sum = a + b, second = sum - a;
  if (sum == 0 && rounding == Rounding::Down && !(std::signbit(a) == std::signbit(b)))
    return -0.0;
  return roundToOdd(sum, (a - (sum - second)) + (b - second));
}
inline double mulOdd(double a, double b) {
  return a * b;
}
inline double fmaOdd(double a, double b, double c, Rounding rounding = Rounding::Nearest) {
  return addOdd(a * b, c, rounding);
}
inline double divOdd(double a, double b) {
  double quotient = a / b;
  if (!std::isfinite(quotient) || quotient == 0)
    return quotient;
  double rest = std::fma(-quotient, b, a);
  return roundToOdd(quotient, b < 0 ? -rest : rest);
}
inline double sqrtOdd(double a) {
  double root = std::sqrt(a);
  return std::isfinite(root) ? roundToOdd(root, std::fma(-root, root, a)) : root;
}

inline double value(float x) {
  return x;
}
inline double value(Bfloat x) {
  return std::bit_cast<float>(uint32_t(x.bits) << 16);
}
inline double value(Half x) {
  uint32_t magnitude = uint32_t(x.bits & 0x7fff) << 13;
  bool isFinite = (x.bits & 0x7c00) != 0x7c00;
  // The product is exact, and normalises subnormal numbers.
  float result = isFinite ? std::bit_cast<float>(magnitude) * 0x1p112f : std::bit_cast<float>(magnitude | 0x7f800000);
  return x.bits & 0x8000 ? -result : result;
}

/// Returns `value` rounded once to T: float, Half or Bfloat.
template <typename T> T narrow(double value, Rounding rounding = Rounding::Nearest);
template <> inline float narrow<float>(double value, Rounding rounding) {
  return rounding == Rounding::Nearest ? float(value) : float(roundTo(value, floatFormat, rounding));
}
template <> Half narrow<Half>(double value, Rounding rounding);
template <> Bfloat narrow<Bfloat>(double value, Rounding rounding);

/// Returns `x` rounded to nearest, faster than through double.
inline Bfloat toBfloat(float x) {
  uint32_t bits = std::bit_cast<uint32_t>(x);
  return {uint16_t(x != x ? 0x7fff : (bits + 0x7fff + (bits >> 16 & 1)) >> 16)};
}

/// Returns zero with the sign of `x` where `x` is subnormal.
inline float flush(float x) {
  return std::fabs(x) < std::numeric_limits<float>::min() ? std::copysign(0.0f, x) : x;
}
inline Half flush(Half x) {
  return {uint16_t((x.bits & 0x7c00) ? x.bits : x.bits & 0x8000)};
}

inline Bfloat flush(Bfloat x) {
  return {uint16_t((x.bits & 0x7f80) ? x.bits : x.bits & 0x8000)};
}

/// Returns `x` clamped to [0, 1], and 0 for a NaN.
template <typename T> T saturate(T x) {
  return x > T(0) ? (x < T(1) ? x : T(1)) : T(0);
}

} // namespace shardrt::ptx
#endif
