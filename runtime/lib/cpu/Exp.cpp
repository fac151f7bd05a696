//===- Exp.cpp - Exponentials and maximum of a row -------------------------------------------===//

#include "cpu/Kernels.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

using namespace shardrt;

// The float instance is compiled once for each width of vectors and chosen when the process starts.
#if defined(__x86_64__) && defined(__has_attribute) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define SHARDRT_VECTOR_CLONES __attribute__((target_clones("arch=skylake-avx512", "arch=haswell", "default")))
#else
#define SHARDRT_VECTOR_CLONES
#endif

/// exp(x) for x <= 0 to within one unit in the last place: x = n ln 2 + r with |r| <= ln 2 / 2, a polynomial for
/// exp(r), and n into the exponent. Below the smallest normal number the result is 0.
static inline float expNonPositive(float x) {
  constexpr float smallest = -87.33654f;
  float bounded = x < smallest ? smallest : x;
  float shifted = bounded * 1.44269504f + 12582912.0f;
  float n = shifted - 12582912.0f;
  float r = (bounded - n * 0.693359375f) - n * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  float y = p * r * r + r + 1.0f;
  auto exponent = static_cast<int32_t>(n) + 127;
  float scaled = y * std::bit_cast<float>(exponent << 23);
  return x < smallest ? 0.0f : scaled;
}

SHARDRT_VECTOR_CLONES static double expShiftedFloat(float *data, int64_t count, float shift) {
  constexpr int64_t lanes = 16;
  float sums[lanes] = {};
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (int64_t lane = 0; lane < lanes; ++lane) {
      float value = expNonPositive(data[i + lane] - shift);
      data[i + lane] = value;
      sums[lane] += value;
    }
  double sum = 0;
  for (; i < count; ++i)
    sum += data[i] = expNonPositive(data[i] - shift);
  for (float lane : sums)
    sum += lane;
  return sum;
}

SHARDRT_VECTOR_CLONES static float largestFloat(const float *data, int64_t count) {
  constexpr int64_t lanes = 16;
  float maxima[lanes];
  std::fill_n(maxima, lanes, -std::numeric_limits<float>::infinity());
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (int64_t lane = 0; lane < lanes; ++lane)
      maxima[lane] = data[i + lane] > maxima[lane] ? data[i + lane] : maxima[lane];
  for (; i < count; ++i)
    maxima[0] = data[i] > maxima[0] ? data[i] : maxima[0];
  return *std::max_element(maxima, maxima + lanes);
}

template <> float cpu::largest<float>(const float *data, int64_t count) {
  return largestFloat(data, count);
}

template <> double cpu::largest<double>(const double *data, int64_t count) {
  double maximum = -std::numeric_limits<double>::infinity();
  for (int64_t i = 0; i < count; ++i)
    maximum = data[i] > maximum ? data[i] : maximum;
  return maximum;
}

template <> double cpu::expShifted<float>(float *data, int64_t count, float shift) {
  return expShiftedFloat(data, count, shift);
}

template <> double cpu::expShifted<double>(double *data, int64_t count, double shift) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i)
    sum += data[i] = std::exp(data[i] - shift);
  return sum;
}
