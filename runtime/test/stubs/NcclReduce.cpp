//===- NcclReduce.cpp - What the stub of NCCL computes ---------------------------------===//

#include "NcclReduce.h"

#include <cstdint>
#include <cstring>

using namespace shardrt::stub;

namespace {

/// bfloat16, rounded to nearest even.
struct Bfloat {
  uint16_t bits;
  operator float() const {
    uint32_t wide = uint32_t(bits) << 16;
    float number;
    memcpy(&number, &wide, sizeof number);
    return number;
  }
  static Bfloat from(float number) {
    uint32_t wide;
    memcpy(&wide, &number, sizeof wide);
    return {static_cast<uint16_t>(number == number ? (wide + 0x7fff + (wide >> 16 & 1)) >> 16 : 0x7fc0)};
  }
};

template <typename T> T add(T a, T b) {
  return a + b;
}
Bfloat add(Bfloat a, Bfloat b) {
  return Bfloat::from(float(a) + float(b));
}

template <typename T>
void reduceAs(ncclRedOp_t op, int64_t ranks, int64_t first, size_t count,
              const std::function<const char *(int64_t)> &source, char *to) {
  for (size_t i = 0; i < count; ++i) {
    T result, next;
    memcpy(&result, source(first % ranks) + i * sizeof(T), sizeof(T));
    for (int64_t step = 1; step < ranks; ++step) {
      memcpy(&next, source((first + step) % ranks) + i * sizeof(T), sizeof(T));
      result = op == ncclSum ? add(result, next) : result < next ? next : result;
    }
    memcpy(to + i * sizeof(T), &result, sizeof(T));
  }
}

} // namespace

size_t shardrt::stub::elementBytes(ncclDataType_t type) {
  switch (type) {
  case ncclBfloat16:
    return 2;
  case ncclFloat32:
  case ncclInt32:
    return 4;
  case ncclFloat64:
    return 8;
  default:
    return 0;
  }
}

void shardrt::stub::reduce(ncclDataType_t type, ncclRedOp_t op, int64_t ranks, int64_t first, size_t count,
                           const std::function<const char *(int64_t)> &source, char *to) {
  if (type == ncclFloat32)
    reduceAs<float>(op, ranks, first, count, source, to);
  else if (type == ncclFloat64)
    reduceAs<double>(op, ranks, first, count, source, to);
  else if (type == ncclInt32)
    reduceAs<int32_t>(op, ranks, first, count, source, to);
  else
    reduceAs<Bfloat>(op, ranks, first, count, source, to);
}
