//===- BFloat16.h - The upper half of a float32 -------------------------------===//
#ifndef SHARDRT_LIB_PROGRAM_BFLOAT16_H
#define SHARDRT_LIB_PROGRAM_BFLOAT16_H

#include <bit>
#include <cstdint>

namespace shardrt {

/// A bfloat16 in memory. Numbers are computed with as floats, which hold each of them, and rounded to the nearest when
/// they are stored, ties to even; what is no number stays so.
class BFloat16 {
public:
  BFloat16() = default;
  explicit BFloat16(float number) {
    auto wide = std::bit_cast<uint32_t>(number);
    uint32_t rounded = (wide + 0x7fff + (wide >> 16 & 1)) >> 16;
    bits = static_cast<uint16_t>(number != number ? wide >> 16 | 0x40 : rounded);
  }
  operator float() const { return std::bit_cast<float>(uint32_t(bits) << 16); }

private:
  uint16_t bits;
};
static_assert(sizeof(BFloat16) == 2);

/// The type that sums and products of T are taken in.
template <typename T> struct WideOf {
  using Type = T;
};
template <> struct WideOf<BFloat16> {
  using Type = float;
};
template <typename T> using Wide = typename WideOf<T>::Type;

} // namespace shardrt
#endif
