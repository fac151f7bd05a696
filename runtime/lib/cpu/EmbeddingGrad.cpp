//===- EmbeddingGrad.cpp - Rows summed by index -----------------------------------===//

#include "cpu/Kernels.h"

#include <algorithm>

using namespace shardrt;

template <typename T>
void cpu::embeddingGrad(const T *dout, const int32_t *indices, Wide<T> *dweight, int64_t rows, int64_t vocabulary,
                        int64_t width) {
  std::fill_n(dweight, vocabulary * width, Wide<T>(0));
  for (int64_t row = 0; row < rows; ++row) {
    if (indices[row] < 0 || indices[row] >= vocabulary)
      continue;
    Wide<T> *sum = dweight + indices[row] * width;
    for (int64_t column = 0; column < width; ++column)
      sum[column] += dout[row * width + column];
  }
}

template void cpu::embeddingGrad<float>(const float *, const int32_t *, float *, int64_t, int64_t, int64_t);
template void cpu::embeddingGrad<BFloat16>(const BFloat16 *, const int32_t *, float *, int64_t, int64_t, int64_t);
template void cpu::embeddingGrad<double>(const double *, const int32_t *, double *, int64_t, int64_t, int64_t);
