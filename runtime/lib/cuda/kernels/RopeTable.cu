//===- RopeTable.cu - Tables of rotary positions on a GPU --------------------------===//
//
// Angles, cosines and sines are taken in float64 and rounded once, as on the CPU.
//
//===------------------------------------------------------------------------===//

#include "Primitives.h"
#include "RopeTableTiles.h"

using namespace shardrt::gpu;
using Tiles = shardrt::cuda::RopeTableTiles;

/// What is left of an angle beyond `quarter` quarters of a turn, at most an eighth to either side.
struct Reduced {
  double rest;
  Int64 quarter;
};

/// The quarter turn is taken off in three parts of it, each product exact: good for angles up to some 10^9.
static DEVICE Reduced reduce(double angle) {
  constexpr double quartersOf1 = 0x1.45f306dc9c883p-1;
  constexpr double quarter[] = {0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54, -0x1.f1976b7ed8fbcp-110};
  double count = __builtin_rint(angle * quartersOf1), rest = angle;
  for (double part : quarter)
    rest = __builtin_fma(-count, part, rest);
  return {rest, Int64(count)};
}

/// The series of the sine, or of the cosine, of at most an eighth of a turn; what follows is below float64's rounding.
static DEVICE double sineOf(double x) {
  double square = x * x, sum = 0;
  for (int n = 19; n >= 3; n -= 2)
    sum = (1 - sum) * square / (n * (n - 1));
  return __builtin_fma(-x, sum, x);
}
static DEVICE double cosineOf(double x) {
  double square = x * x, sum = 0;
  for (int n = 18; n >= 2; n -= 2)
    sum = (1 - sum) * square / (n * (n - 1));
  return 1 - sum;
}

/// A thread has a row, and the columns [first, first + Tiles::columns) of it.
KERNEL(Tiles::threads, 2)
rope_table(const int *__restrict positions, float *__restrict cosines, float *__restrict sines, Int64 rows, Int64 half,
           Int64 first, double f0, double f1, double f2, double f3, double f4, double f5, double f6, double f7) {
  Int64 row = Int64(block()) * Tiles::threads + thread();
  if (row >= rows)
    return;
  double position = positions[row];
  const double frequencies[Tiles::columns] = {f0, f1, f2, f3, f4, f5, f6, f7};
#pragma unroll
  for (int i = 0; i < Tiles::columns; ++i) {
    if (first + i >= half)
      return;
    Reduced angle = reduce(position * frequencies[i]);
    double sine = sineOf(angle.rest), cosine = cosineOf(angle.rest);
    bool swaps = angle.quarter & 1, negatesSine = angle.quarter & 2, negatesCosine = (angle.quarter + 1) & 2;
    Int64 at = row * half + first + i;
    cosines[at] = float(negatesCosine ? -(swaps ? sine : cosine) : (swaps ? sine : cosine));
    sines[at] = float(negatesSine ? -(swaps ? cosine : sine) : (swaps ? cosine : sine));
  }
}
