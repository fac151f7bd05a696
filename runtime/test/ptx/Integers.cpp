//===- Integers.cpp - Integer arithmetic, logic and bits --------------------===//

#include "Rows.h"

#include <algorithm>
#include <bit>
#include <type_traits>

using namespace shardrt::ptx;

namespace {

/// Division, which fails at zero: PTX leaves the result open.
template <auto function, typename T> void divide(Block &block, const Instruction &instruction) {
  const T *divisor = block.reg<T>(instruction.operands[2]);
  for (unsigned thread : block.running)
    if (divisor[thread] == 0)
      block.fault(thread, "division by zero");
  RowOf<function, decltype(+function)>::execute(block, instruction);
}
template <auto function, typename T> void addDivision(Table &table, const std::string &name) {
  table[name] = {divide<function, T>, {sizeof(T), sizeof(T), sizeof(T)}};
}

template <typename T>
using Wider =
    std::conditional_t<sizeof(T) == 8, std::conditional_t<std::is_signed_v<T>, __int128, unsigned __int128>,
                       std::conditional_t<sizeof(T) == 4, std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>,
                                          std::conditional_t<std::is_signed_v<T>, int32_t, uint32_t>>>;

/// What U, unsigned, and S, signed, have in common, or do not.
template <typename U, typename S> void addArithmetic(Table &table) {
  const std::string bits = std::to_string(8 * sizeof(U)), u = ".u" + bits, s = ".s" + bits;
  const char *both[] = {u.c_str(), s.c_str()};
  using Sum = std::common_type_t<U, unsigned>; // small types would be promoted to int, which may overflow
  for (std::string type : both) {
    addRow<[](U a, U b) -> U { return U(Sum(a) + Sum(b)); }>(table, "add" + type);
    addRow<[](U a, U b) -> U { return U(Sum(a) - Sum(b)); }>(table, "sub" + type);
    addRow<[](U a, U b) -> U { return U(Sum(a) * Sum(b)); }>(table, "mul.lo" + type);
    addRow<[](U a, U b, U c) -> U { return U(Sum(a) * Sum(b) + Sum(c)); }>(table, "mad.lo" + type);
  }
  addRow<[](U a, U b) -> U { return U(Wider<U>(a) * b >> 8 * sizeof(U)); }>(table, "mul.hi" + u);
  addRow<[](S a, S b) -> S { return S(Wider<S>(a) * b >> 8 * sizeof(S)); }>(table, "mul.hi" + s);
  addRow<[](U a, U b, U c) -> U { return U(Sum(U(Wider<U>(a) * b >> 8 * sizeof(U))) + Sum(c)); }>(table, "mad.hi" + u);
  addRow<[](S a, S b, U c) -> U { return U(Sum(U(Wider<S>(a) * b >> 8 * sizeof(S))) + Sum(c)); }>(table, "mad.hi" + s);
  addRow<[](U a, U b) -> U { return std::min(a, b); }>(table, "min" + u);
  addRow<[](S a, S b) -> S { return std::min(a, b); }>(table, "min" + s);
  addRow<[](U a, U b) -> U { return std::max(a, b); }>(table, "max" + u);
  addRow<[](S a, S b) -> S { return std::max(a, b); }>(table, "max" + s);
  addRow<[](S a) -> S { return S(a < 0 ? U(0) - U(a) : U(a)); }>(table, "abs" + s);
  addRow<[](S a) -> S { return S(U(0) - U(a)); }>(table, "neg" + s);
  addDivision<[](U a, U b) -> U { return U(a / b); }, U>(table, "div" + u);
  addDivision<[](U a, U b) -> U { return U(a % b); }, U>(table, "rem" + u);
  // The least number divided by -1 overflows, in C++ too.
  addDivision<[](S a, S b) -> S { return b == -1 ? S(U(0) - U(a)) : S(a / b); }, S>(table, "div" + s);
  addDivision<[](S a, S b) -> S { return b == -1 ? S(0) : S(a % b); }, S>(table, "rem" + s);
  // Shifts by more than the width move everything out.
  addRow<[](U a, uint32_t n) -> U { return n < 8 * sizeof(U) ? U(a << n) : U(0); }>(table, "shl.b" + bits);
  for (std::string type : {u, ".b" + bits})
    addRow<[](U a, uint32_t n) -> U { return n < 8 * sizeof(U) ? U(a >> n) : U(0); }>(table, "shr" + type);
  addRow<[](S a, uint32_t n) -> S { return S(a >> std::min<uint32_t>(n, 8 * sizeof(S) - 1)); }>(table, "shr" + s);
}

template <typename T> void addLogic(Table &table, const std::string &type) {
  if constexpr (std::is_same_v<T, bool>)
    addRow<[](bool a) -> bool { return !a; }>(table, "not" + type);
  else
    addRow<[](T a) -> T { return T(~a); }>(table, "not" + type);
  addRow<[](T a, T b) -> T { return T(a & b); }>(table, "and" + type);
  addRow<[](T a, T b) -> T { return T(a | b); }>(table, "or" + type);
  addRow<[](T a, T b) -> T { return T(a ^ b); }>(table, "xor" + type);
  addRow<[](T a) -> T { return T(a == 0); }>(table, "cnot" + type);
}

template <typename N, typename W> void addWide(Table &table, const std::string &type) {
  addRow<[](N a, N b) -> W { return W(W(a) * W(b)); }>(table, "mul.wide" + type);
  using U = std::make_unsigned_t<W>;
  addRow<[](N a, N b, W c) -> W { return W(U(W(a) * W(b)) + U(c)); }>(table, "mad.wide" + type);
}

/// Two 16-bit numbers in a register.
template <typename T> void addPairs(Table &table, const std::string &type) {
  addRow<[](Pair<T> a, Pair<T> b) -> Pair<T> { return {T(a.low + b.low), T(a.high + b.high)}; }>(table, "add" + type);
  addRow<[](Pair<T> a, Pair<T> b) -> Pair<T> { return {std::min(a.low, b.low), std::min(a.high, b.high)}; }>(
      table, "min" + type);
  addRow<[](Pair<T> a, Pair<T> b) -> Pair<T> { return {std::max(a.low, b.low), std::max(a.high, b.high)}; }>(
      table, "max" + type);
}

/// Bits from `position`, as many as `length` says; beyond the end of `a` the sign of a signed field.
template <typename T> T extractField(T a, uint32_t position, uint32_t length) {
  using U = std::make_unsigned_t<T>;
  constexpr uint32_t width = 8 * sizeof(T);
  position &= 255;
  length &= 255;
  if (length == 0)
    return 0;
  bool isNegative = std::is_signed_v<T> && (U(a) >> std::min(position + length - 1, width - 1) & 1);
  U mask = length >= width ? ~U(0) : (U(1) << length) - 1;
  U field = position >= width ? U(0) : U(a) >> position;
  if (!isNegative)
    return T(field & mask);
  U above = position >= width ? ~U(0)
            : position        ? ~U(0) << (width - position)
                              : U(0); // the sign, beyond the end of `a`
  return T(((field | above) & mask) | ~mask);
}
template <typename U> U insertField(U a, U b, uint32_t position, uint32_t length) {
  constexpr uint32_t width = 8 * sizeof(U);
  position &= 255;
  length &= 255;
  if (length == 0 || position >= width)
    return b;
  U mask = (length >= width ? ~U(0) : (U(1) << length) - 1) << position;
  return (a << position & mask) | (b & ~mask);
}

template <typename U, typename S> void addBits(Table &table) {
  const std::string bits = std::to_string(8 * sizeof(U));
  addRow<[](U a) -> uint32_t { return uint32_t(std::popcount(a)); }>(table, "popc.b" + bits);
  addRow<[](U a) -> uint32_t { return uint32_t(std::countl_zero(a)); }>(table, "clz.b" + bits);
  addRow<[](U a) -> uint32_t { return a ? uint32_t(std::bit_width(a) - 1) : ~0u; }>(table, "bfind.u" + bits);
  addRow<[](S a) -> uint32_t { return U(a < 0 ? ~a : a) ? uint32_t(std::bit_width(U(a < 0 ? ~a : a)) - 1) : ~0u; }>(
      table, "bfind.s" + bits);
  addRow<[](U a) -> U {
    U reversed = 0;
    for (size_t i = 0; i < 8 * sizeof(U); ++i)
      reversed |= (a >> i & 1) << (8 * sizeof(U) - 1 - i);
    return reversed;
  }>(table, "brev.b" + bits);
  addRow<[](U a, uint32_t position, uint32_t length) -> U { return extractField(a, position, length); }>(
      table, "bfe.u" + bits);
  addRow<[](S a, uint32_t position, uint32_t length) -> S { return extractField(a, position, length); }>(
      table, "bfe.s" + bits);
  addRow<[](U a, U b, uint32_t position, uint32_t length) -> U { return insertField(a, b, position, length); }>(
      table, "bfi.b" + bits);
}

/// Any function of three bits: bit i of `truth` is its result for the bits of i.
uint32_t lookUp(uint32_t a, uint32_t b, uint32_t c, uint32_t truth) {
  uint32_t result = 0;
  for (uint32_t i = 0; i < 8; ++i)
    if (truth >> i & 1)
      result |= (i & 4 ? a : ~a) & (i & 2 ? b : ~b) & (i & 1 ? c : ~c);
  return result;
}

enum class Permute { Default, F4e, B4e, Rc8, Ecl, Ecr, Rc16 };

template <Permute mode> uint32_t permute(uint32_t a, uint32_t b, uint32_t c) {
  uint64_t both = uint64_t(b) << 32 | a;
  uint32_t result = 0;
  for (uint32_t i = 0, s = c & 3; i < 4; ++i) {
    uint32_t selector;
    switch (mode) {
    case Permute::Default:
      selector = c >> 4 * i & 15;
      break;
    case Permute::F4e:
      selector = s + i;
      break;
    case Permute::B4e:
      selector = (s - i) & 7;
      break;
    case Permute::Rc8:
      selector = s;
      break;
    case Permute::Ecl:
      selector = std::max(s, i);
      break;
    case Permute::Ecr:
      selector = std::min(s, i);
      break;
    case Permute::Rc16:
      selector = (s & 1) * 2 + (i & 1);
      break;
    }
    uint32_t byte = uint32_t(both >> 8 * (selector & 7)) & 255;
    if (mode == Permute::Default && (selector & 8)) // the sign of the byte alone
      byte = byte & 128 ? 255 : 0;
    result |= byte << 8 * i;
  }
  return result;
}

} // namespace

void shardrt::ptx::addIntegers(Table &table) {
  addArithmetic<uint16_t, int16_t>(table);
  addArithmetic<uint32_t, int32_t>(table);
  addArithmetic<uint64_t, int64_t>(table);
  addLogic<bool>(table, ".pred");
  addLogic<uint16_t>(table, ".b16");
  addLogic<uint32_t>(table, ".b32");
  addLogic<uint64_t>(table, ".b64");
  addWide<uint16_t, uint32_t>(table, ".u16");
  addWide<int16_t, int32_t>(table, ".s16");
  addWide<uint32_t, uint64_t>(table, ".u32");
  addWide<int32_t, int64_t>(table, ".s32");
  addPairs<uint16_t>(table, ".u16x2");
  addPairs<int16_t>(table, ".s16x2");
  addBits<uint32_t, int32_t>(table);
  addBits<uint64_t, int64_t>(table);

  addRow<[](int32_t a, int32_t b) -> int32_t {
    return int32_t(std::clamp<int64_t>(int64_t(a) + b, INT32_MIN, INT32_MAX));
  }>(table, "add.sat.s32");
  addRow<[](int32_t a, int32_t b) -> int32_t {
    return int32_t(std::clamp<int64_t>(int64_t(a) - b, INT32_MIN, INT32_MAX));
  }>(table, "sub.sat.s32");

  // Funnel shifts of the 64 bits b:a.
  auto addFunnel = [&]<bool clamp>(const char *mode, std::bool_constant<clamp>) {
    addRow<[](uint32_t a, uint32_t b, uint32_t c) -> uint32_t {
      uint32_t n = clamp ? std::min(c, 32u) : c & 31;
      return uint32_t((uint64_t(b) << 32 | a) << n >> 32);
    }>(table, std::string("shf.l.") + mode + ".b32");
    addRow<[](uint32_t a, uint32_t b, uint32_t c) -> uint32_t {
      uint32_t n = clamp ? std::min(c, 32u) : c & 31;
      return uint32_t((uint64_t(b) << 32 | a) >> n);
    }>(table, std::string("shf.r.") + mode + ".b32");
  };
  addFunnel("wrap", std::false_type());
  addFunnel("clamp", std::true_type());

  addRow<permute<Permute::Default>>(table, "prmt.b32");
  addRow<permute<Permute::F4e>>(table, "prmt.b32.f4e");
  addRow<permute<Permute::B4e>>(table, "prmt.b32.b4e");
  addRow<permute<Permute::Rc8>>(table, "prmt.b32.rc8");
  addRow<permute<Permute::Ecl>>(table, "prmt.b32.ecl");
  addRow<permute<Permute::Ecr>>(table, "prmt.b32.ecr");
  addRow<permute<Permute::Rc16>>(table, "prmt.b32.rc16");
  addRow<lookUp>(table, "lop3.b32");
}
