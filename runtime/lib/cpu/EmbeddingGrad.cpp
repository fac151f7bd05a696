//===- EmbeddingGrad.cpp - Rows summed by index -----------------------------------===//

#include "cpu/Kernels.h"

#include <algorithm>

using namespace shardrt;

template <typename T> static void sumRows(const EmbeddingGradTask &task) {
  const T *dout = static_cast<const T *>(task.dout);
  auto *dweight = static_cast<Wide<T> *>(task.dweight);
  std::fill_n(dweight, task.vocabulary * task.width, Wide<T>(0));
  for (int64_t row = 0; row < task.rows; ++row) {
    int32_t index = task.indices[row];
    if (index < 0 || index >= task.vocabulary)
      continue;
    Wide<T> *sum = dweight + index * task.width;
    for (int64_t column = 0; column < task.width; ++column)
      sum[column] += dout[row * task.width + column];
  }
}

int32_t cpu::run(const EmbeddingGradTask &task) {
  dispatch(task.dtype, [&]<typename T>(T) { sumRows<T>(task); });
  return 0;
}
