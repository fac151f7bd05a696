//===- SmallFloats.cpp - Arithmetic of f16, bf16 and pairs of them ----------===//

#include "Rows.h"

using namespace shardrt::ptx;

namespace {

/// `exact`, a function of doubles, for T and for two T in a register.
template <auto exact, typename T, typename Type> struct Small;
template <auto exact, typename T, typename... Args> struct Small<exact, T, double (*)(Args...)> {
  template <typename> using One = T;
  template <typename> using Two = Pair<T>;
  static T one(One<Args>... args) { return narrow<T>(exact(value(args)...)); }
  static Pair<T> two(Two<Args>... args) { return {one(args.low...), one(args.high...)}; }
  static T oneFlushed(One<Args>... args) { return flush(one(flush(args)...)); }
  static Pair<T> twoFlushed(Two<Args>... args) { return {oneFlushed(args.low...), oneFlushed(args.high...)}; }
};

/// Adds `base` followed by .f16, .f16x2, .bf16 and .bf16x2, and with .ftz the first two; `end` is between .ftz and the
/// type.
template <auto exact> void addSmall(Table &table, const std::string &base, const std::string &end = "") {
  using Type = decltype(+exact);
  addRow<&Small<exact, Half, Type>::one>(table, base + end + ".f16");
  addRow<&Small<exact, Half, Type>::two>(table, base + end + ".f16x2");
  addRow<&Small<exact, Half, Type>::oneFlushed>(table, base + ".ftz" + end + ".f16");
  addRow<&Small<exact, Half, Type>::twoFlushed>(table, base + ".ftz" + end + ".f16x2");
  addRow<&Small<exact, Bfloat, Type>::one>(table, base + end + ".bf16");
  addRow<&Small<exact, Bfloat, Type>::two>(table, base + end + ".bf16x2");
}

/// Minimum and maximum, as of f32.
template <bool isMax, bool keepsNaN> double extremum(double a, double b) {
  if (std::isnan(a) || std::isnan(b))
    return keepsNaN || (std::isnan(a) && std::isnan(b)) ? std::numeric_limits<double>::quiet_NaN()
           : std::isnan(a)                              ? b
                                                        : a;
  if (a == b)
    return std::signbit(a) == isMax ? b : a;
  return (a > b) == isMax ? a : b;
}

} // namespace

void shardrt::ptx::addSmallFloats(Table &table) {
  for (std::string rounding : {"", ".rn"}) {
    addSmall<[](double a, double b) -> double { return addOdd(a, b); }>(table, "add" + rounding);
    addSmall<[](double a, double b) -> double { return addOdd(a, -b); }>(table, "sub" + rounding);
    addSmall<[](double a, double b) -> double { return mulOdd(a, b); }>(table, "mul" + rounding);
  }
  addSmall<[](double a, double b, double c) -> double { return fmaOdd(a, b, c); }>(table, "fma.rn");
  addSmall<[](double a, double b, double c) -> double {
    double sum = fmaOdd(a, b, c);
    return sum < 0 ? 0 : sum;
  }>(table, "fma.rn", ".relu");
  addSmall<[](double a) -> double { return -a; }>(table, "neg");
  addSmall<[](double a) -> double { return std::fabs(a); }>(table, "abs");
  addSmall<extremum<false, false>>(table, "min");
  addSmall<extremum<true, false>>(table, "max");
  addSmall<extremum<false, true>>(table, "min", ".NaN");
  addSmall<extremum<true, true>>(table, "max", ".NaN");

  // Exponentials of f16 have subnormal numbers, those of bf16 do not.
  constexpr auto exp2 = [](double a) -> double { return std::exp2(a); };
  constexpr auto tanh = [](double a) -> double { return std::tanh(a); };
  using Unary = double (*)(double);
  addRow<&Small<exp2, Half, Unary>::one>(table, "ex2.approx.f16");
  addRow<&Small<exp2, Half, Unary>::two>(table, "ex2.approx.f16x2");
  addRow<&Small<exp2, Bfloat, Unary>::oneFlushed>(table, "ex2.approx.ftz.bf16");
  addRow<&Small<exp2, Bfloat, Unary>::twoFlushed>(table, "ex2.approx.ftz.bf16x2");
  addRow<&Small<tanh, Half, Unary>::one>(table, "tanh.approx.f16");
  addRow<&Small<tanh, Half, Unary>::two>(table, "tanh.approx.f16x2");
  addRow<&Small<tanh, Bfloat, Unary>::one>(table, "tanh.approx.bf16");
  addRow<&Small<tanh, Bfloat, Unary>::two>(table, "tanh.approx.bf16x2");
}
