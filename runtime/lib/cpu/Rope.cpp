//===- Rope.cpp - Tables of rotary positions --------------------------------------===//

#include "cpu/Kernels.h"

#include <algorithm>
#include <cmath>

using namespace shardrt;

/// Returns after how many rows the first position comes again, or `rows`: samples of a batch repeat each other's
/// positions.
static int64_t findPeriod(const int32_t *positions, int64_t rows) {
  return rows == 0 ? 0 : std::find(positions + 1, positions + rows, positions[0]) - positions;
}

template <typename T>
void cpu::ropeTable(const int32_t *positions, const double *frequencies, T *cosines, T *sines, int64_t rows,
                    int64_t half) {
  int64_t period = findPeriod(positions, rows);
  for (int64_t row = 0; row < rows; ++row) {
    T *cosine = cosines + row * half, *sine = sines + row * half;
    if (row >= period && positions[row] == positions[row - period]) {
      std::copy_n(cosine - period * half, half, cosine);
      std::copy_n(sine - period * half, half, sine);
      continue;
    }
    for (int64_t column = 0; column < half; ++column) {
      double angle = static_cast<double>(positions[row]) * frequencies[column];
      cosine[column] = static_cast<T>(std::cos(angle));
      sine[column] = static_cast<T>(std::sin(angle));
    }
  }
}

template void cpu::ropeTable<float>(const int32_t *, const double *, float *, float *, int64_t, int64_t);
template void cpu::ropeTable<double>(const int32_t *, const double *, double *, double *, int64_t, int64_t);
