//===- RopeTable.cu - Cosines and sines of positions ------------------------------===//
//
// In float64 by hand: an angle less its nearest multiple of pi / 2, in two parts, then a Taylor series.
//
//===------------------------------------------------------------------------===//

#include "Primitives.h"

using namespace shardrt::gpu;

/// The series 1 - x2 / (n (n + 1)) (1 - x2 / ((n + 2) (n + 3)) (...)), with eight terms: of the cosine for n = 1, of sin(x) / x
/// for n = 2.
static DEVICE double series(double x2, int n) {
  double sum = 1;
#pragma unroll
  for (int term = 7; term >= 0; --term)
    sum = 1 - x2 * (1.0 / ((n + 2 * term) * (n + 2 * term + 1))) * sum;
  return sum;
}

/// One thread for each of `rows` x `half` elements.
KERNEL(256, 2)
rope_table(const int *__restrict positions, const double *__restrict frequencies, float *__restrict cosines,
           float *__restrict sines, Int64 rows, Int64 half) {
  Int64 at = Int64(block()) * 256 + thread();
  if (at >= rows * half)
    return;
  double angle = positions[at / half] * frequencies[at % half];
  double quarters = __builtin_rint(angle * 0.63661977236758134308);
  double x = __builtin_fma(-quarters, 6.123233995736766036e-17, __builtin_fma(-quarters, 1.57079632679489655800, angle));
  double cosine = series(x * x, 1), sine = x * series(x * x, 2);
  int quarter = int(Int64(quarters) & 3);
  double c = quarter & 1 ? sine : cosine, s = quarter & 1 ? cosine : sine;
  cosines[at] = float(quarter == 1 || quarter == 2 ? -c : c);
  sines[at] = float(quarter >= 2 ? -s : s);
}
