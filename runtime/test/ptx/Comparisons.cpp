//===- Comparisons.cpp - setp -----------------------------------------------===//

#include "Rows.h"

using namespace shardrt::ptx;

namespace {

enum Comparison { Eq, Ne, Lt, Le, Gt, Ge, Equ, Neu, Ltu, Leu, Gtu, Geu, Num, Nan };
enum class Combination : uint8_t { None, And, Or, Xor };

/// Writes the comparison of each thread's values to `result`.
template <typename T> void compare(Block &block, Comparison comparison, const T *a, const T *b, bool *result) {
  constexpr bool isSmall = std::is_class_v<T>;
  auto set = [&](auto holds) {
    block.forEach([=](unsigned thread) {
      if constexpr (isSmall)
        result[thread] = holds(double(value(a[thread])), double(value(b[thread])));
      else
        result[thread] = holds(a[thread], b[thread]);
    });
  };
  switch (comparison) {
  case Eq:
    return set([](auto x, auto y) { return x == y; });
  case Ne: // of reals: ordered
    return set([](auto x, auto y) { return x < y || x > y; });
  case Lt:
    return set([](auto x, auto y) { return x < y; });
  case Le:
    return set([](auto x, auto y) { return x <= y; });
  case Gt:
    return set([](auto x, auto y) { return x > y; });
  case Ge:
    return set([](auto x, auto y) { return x >= y; });
  case Equ:
    return set([](auto x, auto y) { return !(x < y || x > y); });
  case Neu:
    return set([](auto x, auto y) { return x != y; });
  case Ltu:
    return set([](auto x, auto y) { return !(x >= y); });
  case Leu:
    return set([](auto x, auto y) { return !(x > y); });
  case Gtu:
    return set([](auto x, auto y) { return !(x <= y); });
  case Geu:
    return set([](auto x, auto y) { return !(x < y); });
  case Num:
    return set([](auto x, auto y) { return x == x && y == y; });
  case Nan:
    return set([](auto x, auto y) { return x != x || y != y; });
  }
}

/// Operands: p, q, a, b, c; `mode` is the comparison, `count` the combination and `readOnly` whether c is negated.
template <typename T> void setPredicate(Block &block, const Instruction &instruction) {
  bool *p = block.reg<bool>(instruction.operands[0]), *q = block.reg<bool>(instruction.operands[1]);
  const bool *c = block.reg<bool>(instruction.operands[4]);
  // Through memory of its own, since c may be p or q.
  std::array<bool, 1024> result;
  compare(block, Comparison(instruction.mode), block.reg<T>(instruction.operands[2]),
          block.reg<T>(instruction.operands[3]), result.data());
  bool negated = instruction.readOnly;
  auto combine = [&](auto with) {
    for (unsigned thread : block.running) {
      bool other = c[thread] != negated, holds = result[thread];
      p[thread] = with(holds, other);
      q[thread] = with(!holds, other);
    }
  };
  switch (Combination(instruction.count)) {
  case Combination::None:
    return combine([](bool x, bool) { return x; });
  case Combination::And:
    return combine([](bool x, bool y) { return x && y; });
  case Combination::Or:
    return combine([](bool x, bool y) { return x || y; });
  case Combination::Xor:
    return combine([](bool x, bool y) { return x != y; });
  }
}

/// The same without q and c, which is the usual case.
template <typename T> void setOne(Block &block, const Instruction &instruction) {
  compare(block, Comparison(instruction.mode), block.reg<T>(instruction.operands[2]),
          block.reg<T>(instruction.operands[3]), block.reg<bool>(instruction.operands[0]));
}

/// With .ftz.
void setFlushed(Block &block, const Instruction &instruction) {
  std::array<float, 1024> a, b;
  for (unsigned thread : block.running) {
    a[thread] = flush(block.reg<float>(instruction.operands[2])[thread]);
    b[thread] = flush(block.reg<float>(instruction.operands[3])[thread]);
  }
  compare(block, Comparison(instruction.mode), a.data(), b.data(), block.reg<bool>(instruction.operands[0]));
}

/// Compares the halves of two registers: p is of the lower, q of the upper.
template <typename T> void setPair(Block &block, const Instruction &instruction) {
  std::array<T, 1024> a, b;
  for (bool isHigh : {false, true}) {
    for (unsigned thread : block.running) {
      Pair<T> x = block.reg<Pair<T>>(instruction.operands[2])[thread],
              y = block.reg<Pair<T>>(instruction.operands[3])[thread];
      a[thread] = isHigh ? x.high : x.low;
      b[thread] = isHigh ? y.high : y.low;
    }
    compare(block, Comparison(instruction.mode), a.data(), b.data(),
            block.reg<bool>(instruction.operands[isHigh ? 1 : 0]));
  }
}

struct Type {
  Handler one, full;
  int bytes;
  bool isReal, isSigned, isPair = false;
};
template <typename T> Type type(bool isReal) {
  return {setOne<T>, setPredicate<T>, sizeof(T), isReal, std::is_signed_v<T>};
}

const std::map<std::string_view, Type> types{
    {"b16", type<uint16_t>(false)},
    {"u16", type<uint16_t>(false)},
    {"s16", type<int16_t>(false)},
    {"b32", type<uint32_t>(false)},
    {"u32", type<uint32_t>(false)},
    {"s32", type<int32_t>(false)},
    {"b64", type<uint64_t>(false)},
    {"u64", type<uint64_t>(false)},
    {"s64", type<int64_t>(false)},
    {"f32", type<float>(true)},
    {"f64", type<double>(true)},
    {"f16", type<Half>(true)},
    {"bf16", type<Bfloat>(true)},
    {"f16x2", {setPair<Half>, setPair<Half>, 4, true, true, true}},
    {"bf16x2", {setPair<Bfloat>, setPair<Bfloat>, 4, true, true, true}},
};

void decodeSetPredicate(Decoder &decoder, const Statement &statement) {
  Modifiers modifiers(statement);
  int comparison = modifiers.acceptOneOf(
      {"eq", "ne", "lt", "le", "gt", "ge", "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"});
  int unsignedOne = comparison < 0 ? modifiers.acceptOneOf({"lo", "ls", "hi", "hs"}) : -1;
  if (unsignedOne >= 0)
    comparison = Lt + unsignedOne;
  if (comparison < 0)
    modifiers.unknown();
  auto combination = Combination(1 + modifiers.acceptOneOf({"and", "or", "xor"}));
  bool ftz = modifiers.accept("ftz");
  auto found = types.find(modifiers.peek());
  if (found == types.end())
    modifiers.unknown();
  bool isBits = modifiers.peek()[0] == 'b' && !found->second.isReal;
  const Type &type = found->second;
  modifiers.take();
  modifiers.finish();
  if ((comparison >= Equ && !type.isReal) || (isBits && comparison > Ne) ||
      (unsignedOne >= 0 && (type.isReal || type.isSigned)) ||
      (ftz && (found->first != "f32" || combination != Combination::None)) ||
      (type.isPair && combination != Combination::None))
    failAt(statement.line, "instruction '" + std::string(statement.mnemonic) + "' is not supported");
  decoder.checkCount(statement, combination == Combination::None ? 3 : 4);

  const Operand &results = statement.operands[0];
  bool hasTwo = results.kind == Operand::Two;
  Operands operands{};
  operands[0] = decoder.destination(statement, hasTwo ? results.elements[0] : results, 1);
  operands[1] = hasTwo ? decoder.destination(statement, results.elements[1], 1) : decoder.newRegister(1);
  operands[2] = decoder.source(statement, statement.operands[1], type.bytes);
  operands[3] = decoder.source(statement, statement.operands[2], type.bytes);
  bool negated = false;
  if (combination == Combination::None) {
    operands[4] = operands[1];
  } else {
    Operand other = statement.operands[3];
    negated = std::exchange(other.negated, false);
    operands[4] = decoder.source(statement, other, 1);
  }
  if (ftz && hasTwo)
    failAt(statement.line, "instruction '" + std::string(statement.mnemonic) + "' is not supported with two results");
  bool isPlain = !hasTwo && combination == Combination::None;
  Instruction &instruction = decoder.emit(ftz ? setFlushed : isPlain ? type.one : type.full, statement);
  instruction.operands = operands;
  // Integers have no NaN: not equal is what it is for reals that are unordered or not equal.
  instruction.mode = uint8_t(comparison == Ne && !type.isReal ? Neu : comparison);
  instruction.count = uint8_t(combination);
  instruction.readOnly = negated;
}

} // namespace

void shardrt::ptx::addComparisons(Decoders &decoders) {
  decoders["setp"] = decodeSetPredicate;
}
