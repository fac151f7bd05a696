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

template <typename T> static void fill(const RopeTableTask &task, T *cosines, T *sines) {
  const int32_t *positions = task.positions;
  const int64_t rows = task.rows, half = task.half;
  int64_t period = findPeriod(positions, rows);
  for (int64_t row = 0; row < rows; ++row) {
    T *cosine = cosines + row * half, *sine = sines + row * half;
    if (row >= period && positions[row] == positions[row - period]) {
      std::copy_n(cosine - period * half, half, cosine);
      std::copy_n(sine - period * half, half, sine);
      continue;
    }
    for (int64_t column = 0; column < half; ++column) {
      double angle = static_cast<double>(positions[row]) * task.frequencies[column];
      cosine[column] = static_cast<T>(std::cos(angle));
      sine[column] = static_cast<T>(std::sin(angle));
    }
  }
}

int32_t cpu::run(const RopeTableTask &task) {
  dispatchWide(task.dtype,
               [&]<typename T>(T) { fill(task, static_cast<T *>(task.cosines), static_cast<T *>(task.sines)); });
  return 0;
}
