//===- Conversions.cpp - cvt ------------------------------------------------===//

#include "Rows.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

using namespace shardrt::ptx;

namespace {

/// What the modifiers of a cvt ask for; in Instruction::mode.
enum Mode : uint8_t { RoundingBits = 3, Ftz = 4, Saturate = 8, Relu = 16, ToIntegral = 32 };

Rounding roundingOf(uint8_t mode) {
  return Rounding(mode & RoundingBits);
}

template <typename T> constexpr bool isSmall = std::is_same_v<T, Half> || std::is_same_v<T, Bfloat>;
template <typename T> constexpr bool isReal = std::is_floating_point_v<T> || isSmall<T>;

/// Returns an integer as a double, rounded to odd.
template <typename S> double integerToOdd(S x) {
  uint64_t magnitude = x < 0 ? 0 - uint64_t(x) : uint64_t(x);
  if (magnitude >> 53)
    magnitude = (magnitude & ~uint64_t(2047)) | ((magnitude & 2047) ? 2048 : 0);
  return x < 0 ? -double(magnitude) : double(magnitude);
}

template <typename D> D realToInteger(double x) {
  using Limits = std::numeric_limits<D>;
  if (x <= double(Limits::min()))
    return Limits::min();
  if (x >= std::ldexp(1.0, Limits::digits))
    return Limits::max();
  return D(x);
}

template <typename D, typename S> D convert(S x, uint8_t mode) {
  if constexpr (isReal<S>) {
    double real = [&] {
      if constexpr (std::is_same_v<S, float>)
        return double((mode & Ftz) ? flush(x) : x);
      else if constexpr (std::is_same_v<S, double>)
        return x;
      else
        return double(value(x));
    }();
    if constexpr (isReal<D>) {
      if (mode & ToIntegral)
        real = roundToIntegral(real, roundingOf(mode));
      if (mode & Saturate)
        real = saturate(real);
      if ((mode & Relu) && !(real > 0) && real == real)
        real = 0;
      if constexpr (std::is_same_v<D, double>) {
        return real;
      } else {
        D result = narrow<D>(real, (mode & ToIntegral) ? Rounding::Nearest : roundingOf(mode));
        return (mode & Ftz) ? flush(result) : result;
      }
    } else {
      // What becomes of a NaN depends on the types.
      constexpr bool isWide = std::is_same_v<S, double> || sizeof(D) == 8;
      if (std::isnan(real))
        return isWide ? D(uint64_t(1) << (8 * sizeof(D) - 1)) : D(0);
      return realToInteger<D>(roundToIntegral(real, roundingOf(mode)));
    }
  } else if constexpr (isReal<D>) {
    if constexpr (std::is_same_v<D, double>) {
      return double(x);
    } else {
      D result = narrow<D>(integerToOdd(x), roundingOf(mode));
      if constexpr (std::is_same_v<D, float>)
        return (mode & Saturate) ? saturate(result) : result;
      return result;
    }
  } else {
    if (!(mode & Saturate))
      return D(x);
    using Limits = std::numeric_limits<D>;
    return std::cmp_less(x, Limits::min()) ? Limits::min() : std::cmp_greater(x, Limits::max()) ? Limits::max() : D(x);
  }
}

/// Converts between registers that may be wider than the types. Destinations are extended by the sign of their type.
template <typename D, typename S> void execute(Block &block, const Instruction &instruction) {
  uint8_t mode = instruction.mode;
  const char *source = block.reg<char>(instruction.operands[1]);
  char *destination = block.reg<char>(instruction.operands[0]);
  size_t sourceBytes = instruction.operands[2], destinationBytes = instruction.count;
  for (unsigned thread : block.running) {
    S x;
    std::memcpy(&x, source + thread * sourceBytes, sizeof(S));
    D y = convert<D, S>(x, mode);
    if constexpr (isReal<D>) {
      std::memcpy(destination + thread * destinationBytes, &y, sizeof(D));
    } else {
      uint64_t extended = uint64_t(int64_t(y));
      if constexpr (std::is_unsigned_v<D>)
        extended = y;
      std::memcpy(destination + thread * destinationBytes, &extended, destinationBytes);
    }
  }
}

/// The same for registers as wide as the types and for no modifiers, faster.
template <typename D, typename S> void executeSame(Block &block, const Instruction &instruction) {
  const S *source = block.reg<S>(instruction.operands[1]);
  D *destination = block.reg<D>(instruction.operands[0]);
  block.forEach([=](unsigned thread) { destination[thread] = convert<D, S>(source[thread], 0); });
}

struct Conversion {
  Handler handler, same;
  int destinationBytes, sourceBytes;
  bool fromReal, toReal;
  bool losesBits; // a real to a smaller one, or what integers and reals make of each other
};

template <typename D, typename S> Conversion conversion() {
  return {execute<D, S>,
          executeSame<D, S>,
          sizeof(D),
          sizeof(S),
          isReal<S>,
          isReal<D>,
          isReal<D> != isReal<S> || (isReal<D> && sizeof(D) < sizeof(S))};
}

template <typename D> std::optional<Conversion> from(std::string_view type) {
  if (type == "u8")
    return conversion<D, uint8_t>();
  if (type == "s8")
    return conversion<D, int8_t>();
  if (type == "u16")
    return conversion<D, uint16_t>();
  if (type == "s16")
    return conversion<D, int16_t>();
  if (type == "u32")
    return conversion<D, uint32_t>();
  if (type == "s32")
    return conversion<D, int32_t>();
  if (type == "u64")
    return conversion<D, uint64_t>();
  if (type == "s64")
    return conversion<D, int64_t>();
  if (type == "f16")
    return conversion<D, Half>();
  if (type == "bf16")
    return conversion<D, Bfloat>();
  if (type == "f32")
    return conversion<D, float>();
  if (type == "f64")
    return conversion<D, double>();
  return std::nullopt;
}

std::optional<Conversion> between(std::string_view to, std::string_view source) {
  if (to == "u8")
    return from<uint8_t>(source);
  if (to == "s8")
    return from<int8_t>(source);
  if (to == "u16")
    return from<uint16_t>(source);
  if (to == "s16")
    return from<int16_t>(source);
  if (to == "u32")
    return from<uint32_t>(source);
  if (to == "s32")
    return from<int32_t>(source);
  if (to == "u64")
    return from<uint64_t>(source);
  if (to == "s64")
    return from<int64_t>(source);
  if (to == "f16")
    return from<Half>(source);
  if (to == "bf16")
    return from<Bfloat>(source);
  if (to == "f32")
    return from<float>(source);
  if (to == "f64")
    return from<double>(source);
  return std::nullopt;
}

/// Decodes a register that may be wider than its type; returns its bytes.
int width(const Statement &statement, const Operand &operand, int least) {
  int bytes = operand.kind == Operand::Register ? operand.bytes : std::max(least, 2);
  if (bytes < least || bytes == 1)
    failAt(statement.line,
           "a register of instruction '" + std::string(statement.mnemonic) + "' is narrower than its type");
  return bytes;
}

void decodeConvert(Decoder &decoder, const Statement &statement) {
  decoder.checkCount(statement, 2);
  Modifiers modifiers(statement);
  uint8_t mode = 0;
  int rounding = modifiers.acceptOneOf({"rn", "rz", "rm", "rp"}), integral = -1;
  if (rounding < 0)
    integral = modifiers.acceptOneOf({"rni", "rzi", "rmi", "rpi"});
  mode |= uint8_t(std::max({rounding, integral, 0}));
  mode |= integral >= 0 ? ToIntegral : 0;
  mode |= modifiers.accept("ftz") ? Ftz : 0;
  mode |= modifiers.accept("relu") ? Relu : 0;
  mode |= modifiers.accept("sat") ? Saturate : 0;
  std::string_view to = modifiers.take(), source = modifiers.take();
  modifiers.finish();
  std::optional<Conversion> found = between(to, source);
  auto refuse = [&](const char *why) {
    failAt(statement.line, "instruction '" + std::string(statement.mnemonic) + "' " + why);
  };
  if (!found)
    refuse("has a type that is not supported");
  bool needsIntegral = found->fromReal && !found->toReal;
  bool needsRounding = found->losesBits && !needsIntegral;
  if (needsIntegral && integral < 0)
    refuse("needs a rounding to an integer: .rni, .rzi, .rmi or .rpi");
  if (needsRounding && rounding < 0)
    refuse("needs a rounding: .rn, .rz, .rm or .rp");
  if ((rounding >= 0 && !needsRounding) || (integral >= 0 && !found->fromReal) ||
      (integral >= 0 && !needsIntegral && to != source) || (to == "f64" && rounding > 0 && found->losesBits))
    refuse("has a rounding that is not supported for its types");
  if (((mode & Ftz) && to != "f32" && source != "f32") || ((mode & Relu) && to != "f16" && to != "bf16") ||
      ((mode & Saturate) && !found->toReal && found->fromReal))
    refuse("has a modifier that is not supported for its types");
  int sourceBytes = width(statement, statement.operands[1], found->sourceBytes);
  int destinationBytes = width(statement, statement.operands[0], found->destinationBytes);
  if ((found->toReal && destinationBytes != found->destinationBytes) ||
      (found->fromReal && sourceBytes != found->sourceBytes))
    refuse("needs registers as wide as its types");
  uint32_t destination = decoder.destination(statement, statement.operands[0], destinationBytes);
  uint32_t from = decoder.source(statement, statement.operands[1], sourceBytes);
  bool isSame = sourceBytes == found->sourceBytes && destinationBytes == found->destinationBytes && !found->losesBits &&
                mode == 0;
  Instruction &instruction = decoder.emit(isSame ? found->same : found->handler, statement);
  instruction.operands = {destination, from, uint32_t(sourceBytes)};
  instruction.count = uint8_t(destinationBytes);
  instruction.mode = mode;
}

/// Two f32 to a pair, the first to the upper half.
template <typename T, Rounding rounding, bool relu> Pair<T> pack(float high, float low) {
  auto one = [](float x) {
    if (relu && x < 0)
      x = 0;
    if constexpr (std::is_same_v<T, Bfloat> && rounding == Rounding::Nearest)
      return toBfloat(x);
    else
      return narrow<T>(double(x), rounding);
  };
  return {one(low), one(high)};
}

template <typename T> void addPack(Table &table, const std::string &type) {
  addRow<pack<T, Rounding::Nearest, false>>(table, "cvt.rn" + type + ".f32");
  addRow<pack<T, Rounding::Zero, false>>(table, "cvt.rz" + type + ".f32");
  addRow<pack<T, Rounding::Nearest, true>>(table, "cvt.rn.relu" + type + ".f32");
  addRow<pack<T, Rounding::Zero, true>>(table, "cvt.rz.relu" + type + ".f32");
}

} // namespace

void shardrt::ptx::addConversions(Decoders &decoders, Table &table) {
  decoders["cvt"] = decodeConvert;
  addPack<Half>(table, ".f16x2");
  addPack<Bfloat>(table, ".bf16x2");
  // The frequent ones by themselves, without a test of the modifiers for every thread.
  addRow<toBfloat>(table, "cvt.rn.bf16.f32");
  addRow<[](int32_t x) -> float { return float(x); }>(table, "cvt.rn.f32.s32");
  addRow<[](uint32_t x) -> float { return float(x); }>(table, "cvt.rn.f32.u32");
  addRow<[](double x) -> float { return float(x); }>(table, "cvt.rn.f32.f64");
}
