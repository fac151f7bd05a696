//===- Numbers.cpp - Floating-point formats and roundings of PTX ------------===//

#include "Numbers.h"

#include <algorithm>

using namespace shardrt::ptx;

double shardrt::ptx::roundToIntegral(double value, Rounding rounding) {
  switch (rounding) {
  case Rounding::Nearest:
    return std::nearbyint(value);
  case Rounding::Zero:
    return std::trunc(value);
  case Rounding::Down:
    return std::floor(value);
  case Rounding::Up:
    return std::ceil(value);
  }
  return value;
}

double shardrt::ptx::roundTo(double value, Format format, Rounding rounding) {
  if (!std::isfinite(value) || value == 0)
    return value;
  int unit = std::max(std::ilogb(value), format.minExponent) - (format.precision - 1);
  double rounded = std::copysign(std::ldexp(roundToIntegral(std::ldexp(value, -unit), rounding), unit), value);
  double largest = std::ldexp(std::ldexp(1.0, format.precision) - 1, format.maxExponent - (format.precision - 1));
  if (std::fabs(rounded) <= largest)
    return rounded;
  bool away = rounding == Rounding::Nearest || (rounding == Rounding::Up && value > 0) ||
              (rounding == Rounding::Down && value < 0);
  return std::copysign(away ? std::numeric_limits<double>::infinity() : largest, value);
}

template <> Half shardrt::ptx::narrow<Half>(double value, Rounding rounding) {
  if (std::isnan(value))
    return {0x7fff};
  double magnitude = std::fabs(roundTo(value, halfFormat, rounding));
  uint16_t bits;
  if (std::isinf(magnitude))
    bits = 0x7c00;
  else if (magnitude < std::ldexp(1.0, -14))
    bits = uint16_t(std::ldexp(magnitude, 24));
  else
    bits = uint16_t(std::ldexp(magnitude, 10 - std::ilogb(magnitude)) - 1024 + ((std::ilogb(magnitude) + 15) << 10));
  return {uint16_t(bits | (std::signbit(value) ? 0x8000 : 0))};
}

/// Returns `x` rounded to odd.
static float floatToOdd(double x) {
  float nearest = float(x);
  uint32_t bits = std::bit_cast<uint32_t>(nearest);
  if (double(nearest) == x || (bits & 1) || !std::isfinite(nearest))
    return nearest;
  return std::bit_cast<float>(std::fabs(double(nearest)) < std::fabs(x) ? bits + 1 : bits - 1);
}

template <> Bfloat shardrt::ptx::narrow<Bfloat>(double value, Rounding rounding) {
  if (std::isnan(value) || rounding == Rounding::Nearest)
    return toBfloat(floatToOdd(value));
  return {uint16_t(std::bit_cast<uint32_t>(float(roundTo(value, bfloatFormat, rounding))) >> 16)};
}
