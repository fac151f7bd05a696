//===- Floats.cpp - Arithmetic of f32 and f64 -------------------------------===//

#include "Rows.h"

using namespace shardrt::ptx;

namespace {

/// `function` with .ftz: subnormal operands and results are zero.
template <auto function, typename Type> struct Flushed;
template <auto function, typename Result, typename... Args> struct Flushed<function, Result (*)(Args...)> {
  static Result call(Args... args) { return flush(function(flush(args)...)); }
};
template <auto function, typename Type> struct Saturated;
template <auto function, typename Result, typename... Args> struct Saturated<function, Result (*)(Args...)> {
  static Result call(Args... args) { return saturate(function(args...)); }
};

template <auto function> constexpr auto flushed = &Flushed<function, decltype(+function)>::call;
template <auto function> constexpr auto saturated = &Saturated<function, decltype(+function)>::call;

/// `exact`, a function of a rounding and doubles, rounded once to f32.
template <auto exact, Rounding rounding, typename Type> struct Rounded;
template <auto exact, Rounding rounding, typename... Args>
struct Rounded<exact, rounding, double (*)(Rounding, Args...)> {
  template <typename> using Float = float;
  static float call(Float<Args>... args) { return narrow<float>(exact(rounding, double(args)...), rounding); }
};

/// Adds `base`.f32 with or without .ftz.
template <auto function> void addFtz(Table &table, const std::string &base) {
  addRow<function>(table, base + ".f32");
  addRow<flushed<function>>(table, base + ".ftz.f32");
}
/// The same, and with .sat.
template <auto function> void addFtzSat(Table &table, const std::string &base) {
  addFtz<function>(table, base);
  addRow<saturated<function>>(table, base + ".sat.f32");
  addRow<saturated<flushed<function>>>(table, base + ".ftz.sat.f32");
}
/// Roundings other than to nearest, of an exact function of doubles.
template <auto exact> void addDirected(Table &table, const std::string &base) {
  addFtzSat<&Rounded<exact, Rounding::Zero, decltype(+exact)>::call>(table, base + ".rz");
  addFtzSat<&Rounded<exact, Rounding::Down, decltype(+exact)>::call>(table, base + ".rm");
  addFtzSat<&Rounded<exact, Rounding::Up, decltype(+exact)>::call>(table, base + ".rp");
}

/// Minimum and maximum: -0 is less than +0, and a NaN counts only where both are, or with .NaN.
template <typename T, bool isMax, bool keepsNaN> T extremum(T a, T b) {
  if (a != a || b != b)
    return keepsNaN || (a != a && b != b) ? std::numeric_limits<T>::quiet_NaN() : a != a ? b : a;
  if (a == b)
    return std::signbit(a) == isMax ? b : a;
  return (a > b) == isMax ? a : b;
}

/// The quotient, which is lost where the divisor's reciprocal would be subnormal.
float approximateQuotient(float a, float b) {
  bool isLost = std::fabs(b) > 0x1p126f && std::isfinite(b);
  return !isLost ? a / b : std::isinf(a) ? std::numeric_limits<float>::quiet_NaN() : std::copysign(0.0f, a * b);
}

void addSingle(Table &table) {
  for (std::string rounding : {"", ".rn"}) {
    addFtzSat<[](float a, float b) -> float { return a + b; }>(table, "add" + rounding);
    addFtzSat<[](float a, float b) -> float { return a - b; }>(table, "sub" + rounding);
    addFtzSat<[](float a, float b) -> float { return a * b; }>(table, "mul" + rounding);
  }
  addFtzSat<[](float a, float b, float c) -> float { return std::fma(a, b, c); }>(table, "fma.rn");
  addDirected<[](Rounding rounding, double a, double b) -> double { return addOdd(a, b, rounding); }>(table, "add");
  addDirected<[](Rounding rounding, double a, double b) -> double { return addOdd(a, -b, rounding); }>(table, "sub");
  addDirected<[](Rounding, double a, double b) -> double { return mulOdd(a, b); }>(table, "mul");
  addDirected<[](Rounding rounding, double a, double b, double c) -> double { return fmaOdd(a, b, c, rounding); }>(
      table, "fma");

  for (std::string rounding : {"div.rn", "div.full"})
    addFtz<[](float a, float b) -> float { return a / b; }>(table, rounding);
  addFtz<approximateQuotient>(table, "div.approx");
  for (std::string rounding : {"rcp.rn", "rcp.approx"})
    addFtz<[](float a) -> float { return 1 / a; }>(table, rounding);
  for (std::string rounding : {"sqrt.rn", "sqrt.approx"})
    addFtz<[](float a) -> float { return std::sqrt(a); }>(table, rounding);
  addDirected<[](Rounding, double a, double b) -> double { return divOdd(a, b); }>(table, "div");
  addDirected<[](Rounding, double a) -> double { return divOdd(1, a); }>(table, "rcp");
  addDirected<[](Rounding, double a) -> double { return sqrtOdd(a); }>(table, "sqrt");

  addFtz<[](float a) -> float { return float(1 / std::sqrt(double(a))); }>(table, "rsqrt.approx");
  addFtz<[](float a) -> float { return float(std::exp2(double(a))); }>(table, "ex2.approx");
  addFtz<[](float a) -> float { return float(std::log2(double(a))); }>(table, "lg2.approx");
  addFtz<[](float a) -> float { return float(std::sin(double(a))); }>(table, "sin.approx");
  addFtz<[](float a) -> float { return float(std::cos(double(a))); }>(table, "cos.approx");
  addRow<[](float a) -> float { return float(std::tanh(double(a))); }>(table, "tanh.approx.f32");

  addFtz<[](float a) -> float { return -a; }>(table, "neg");
  addFtz<[](float a) -> float { return std::fabs(a); }>(table, "abs");
  addRow<[](float sign, float magnitude) -> float { return std::copysign(magnitude, sign); }>(table, "copysign.f32");
  addRow<flushed<extremum<float, false, false>>>(table, "min.ftz.f32");
  addRow<flushed<extremum<float, true, false>>>(table, "max.ftz.f32");
  addRow<flushed<extremum<float, false, true>>>(table, "min.ftz.NaN.f32");
  addRow<flushed<extremum<float, true, true>>>(table, "max.ftz.NaN.f32");
  addRow<extremum<float, false, true>>(table, "min.NaN.f32");
  addRow<extremum<float, true, true>>(table, "max.NaN.f32");
}

/// Clears the lower half, which approximate functions of f64 do not compute.
double upperHalf(double x) {
  return std::bit_cast<double>(std::bit_cast<uint64_t>(x) >> 32 << 32);
}
double flushDouble(double x) {
  return std::fabs(x) < std::numeric_limits<double>::min() ? std::copysign(0.0, x) : x;
}

void addDouble(Table &table) {
  for (std::string rounding : {"", ".rn"}) {
    addRow<[](double a, double b) -> double { return a + b; }>(table, "add" + rounding + ".f64");
    addRow<[](double a, double b) -> double { return a - b; }>(table, "sub" + rounding + ".f64");
    addRow<[](double a, double b) -> double { return a * b; }>(table, "mul" + rounding + ".f64");
  }
  addRow<[](double a, double b, double c) -> double { return std::fma(a, b, c); }>(table, "fma.rn.f64");
  addRow<[](double a, double b) -> double { return a / b; }>(table, "div.rn.f64");
  addRow<[](double a) -> double { return 1 / a; }>(table, "rcp.rn.f64");
  addRow<[](double a) -> double { return std::sqrt(a); }>(table, "sqrt.rn.f64");
  addRow<[](double a) -> double { return flushDouble(upperHalf(1 / flushDouble(upperHalf(a)))); }>(
      table, "rcp.approx.ftz.f64");
  addRow<[](double a) -> double { return 1 / std::sqrt(a); }>(table, "rsqrt.approx.f64");
  addRow<[](double a) -> double { return upperHalf(1 / std::sqrt(flushDouble(upperHalf(a)))); }>(
      table, "rsqrt.approx.ftz.f64");
  addRow<[](double a) -> double { return -a; }>(table, "neg.f64");
  addRow<[](double a) -> double { return std::fabs(a); }>(table, "abs.f64");
  addRow<[](double sign, double magnitude) -> double { return std::copysign(magnitude, sign); }>(table, "copysign.f64");
}

template <typename T> void addBoth(Table &table, const std::string &type) {
  addRow<extremum<T, false, false>>(table, "min" + type);
  addRow<extremum<T, true, false>>(table, "max" + type);
  addRow<[](T a) -> bool { return std::isfinite(a); }>(table, "testp.finite" + type);
  addRow<[](T a) -> bool { return std::isinf(a); }>(table, "testp.infinite" + type);
  addRow<[](T a) -> bool { return a == a; }>(table, "testp.number" + type);
  addRow<[](T a) -> bool { return a != a; }>(table, "testp.notanumber" + type);
  addRow<[](T a) -> bool { return std::isnormal(a); }>(table, "testp.normal" + type);
  addRow<[](T a) -> bool { return std::fpclassify(a) == FP_SUBNORMAL; }>(table, "testp.subnormal" + type);
}

} // namespace

void shardrt::ptx::addFloats(Table &table) {
  addSingle(table);
  addDouble(table);
  addBoth<float>(table, ".f32");
  addBoth<double>(table, ".f64");
}
