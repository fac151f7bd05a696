//===- Atomics.cpp - atom and red -------------------------------------------===//
//
// Threads update one after the other, in the order of their index, so the sum of reals is the same in every run.
//
//===------------------------------------------------------------------------===//

#include "Access.h"
#include "Numbers.h"

#include <algorithm>
#include <bit>
#include <cstring>

using namespace shardrt::ptx;

namespace {

/// Returns the new value of what is `old`; c is for cas alone. All are bits.
using Update = uint64_t (*)(uint64_t old, uint64_t b, uint64_t c);

struct Operation {
  const char *name;
  int bytes;
  Update update;
};

template <typename T> T as(uint64_t bits) {
  T value;
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}
template <typename T> uint64_t bitsOf(T value) {
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  return bits;
}
template <typename T> uint64_t least(uint64_t a, uint64_t b, uint64_t) {
  return bitsOf(std::min(as<T>(a), as<T>(b)));
}
template <typename T> uint64_t greatest(uint64_t a, uint64_t b, uint64_t) {
  return bitsOf(std::max(as<T>(a), as<T>(b)));
}
uint64_t sum(uint64_t a, uint64_t b, uint64_t) {
  return a + b;
}
uint64_t exchange(uint64_t, uint64_t b, uint64_t) {
  return b;
}
uint64_t compareAndSwap(uint64_t old, uint64_t b, uint64_t c) {
  return old == b ? c : old;
}
uint64_t bitAnd(uint64_t a, uint64_t b, uint64_t) {
  return a & b;
}
uint64_t bitOr(uint64_t a, uint64_t b, uint64_t) {
  return a | b;
}
uint64_t bitXor(uint64_t a, uint64_t b, uint64_t) {
  return a ^ b;
}
template <typename T> uint64_t addSmall(uint64_t a, uint64_t b, uint64_t) {
  return bitsOf(narrow<T>(addOdd(value(as<T>(a)), value(as<T>(b)))));
}
template <typename T> uint64_t addPair(uint64_t a, uint64_t b, uint64_t) {
  return addSmall<T>(a & 0xffff, b & 0xffff, 0) | addSmall<T>(a >> 16, b >> 16, 0) << 16;
}
uint64_t addSingle(uint64_t a, uint64_t b, uint64_t) {
  return bitsOf(as<float>(a) + as<float>(b));
}
/// In global memory, subnormal numbers are zero.
uint64_t addSingleGlobal(uint64_t a, uint64_t b, uint64_t) {
  return bitsOf(flush(flush(as<float>(a)) + flush(as<float>(b))));
}

const Operation operations[] = {
    {"add.u32", 4, sum},
    {"add.s32", 4, sum},
    {"add.u64", 8, sum},
    {"add.f32", 4, addSingle},
    {"add.f64", 8, [](uint64_t a, uint64_t b, uint64_t) { return bitsOf(as<double>(a) + as<double>(b)); }},
    {"add.noftz.f16", 2, addSmall<Half>},
    {"add.noftz.bf16", 2, addSmall<Bfloat>},
    {"add.noftz.f16x2", 4, addPair<Half>},
    {"add.noftz.bf16x2", 4, addPair<Bfloat>},
    {"min.u32", 4, least<uint32_t>},
    {"min.s32", 4, least<int32_t>},
    {"min.u64", 8, least<uint64_t>},
    {"min.s64", 8, least<int64_t>},
    {"max.u32", 4, greatest<uint32_t>},
    {"max.s32", 4, greatest<int32_t>},
    {"max.u64", 8, greatest<uint64_t>},
    {"max.s64", 8, greatest<int64_t>},
    {"and.b32", 4, bitAnd},
    {"and.b64", 8, bitAnd},
    {"or.b32", 4, bitOr},
    {"or.b64", 8, bitOr},
    {"xor.b32", 4, bitXor},
    {"xor.b64", 8, bitXor},
    {"exch.b32", 4, exchange},
    {"exch.b64", 8, exchange},
    {"cas.b16", 2, compareAndSwap},
    {"cas.b32", 4, compareAndSwap},
    {"cas.b64", 8, compareAndSwap},
    {"inc.u32", 4, [](uint64_t old, uint64_t b, uint64_t) { return old >= b ? 0 : old + 1; }},
    {"dec.u32", 4, [](uint64_t old, uint64_t b, uint64_t) { return old == 0 || old > b ? b : old - 1; }},
};

/// Operands: destination, b, c; the address is in slot 8, `mode` is the operation and `count` its bytes.
void execute(Block &block, const Instruction &instruction) {
  size_t bytes = instruction.count;
  locate(block, instruction, 8, int64_t(bytes), Access::Atomic);
  char *destination = block.reg<char>(instruction.operands[0]);
  const char *b = block.reg<char>(instruction.operands[1]), *c = block.reg<char>(instruction.operands[2]);
  Update update = operations[instruction.mode].update;
  for (unsigned thread : block.running) {
    char *place = block.places[thread];
    bool isShared = place >= block.shared.data() && place < block.shared.data() + block.shared.size();
    uint64_t old = 0, first = 0, second = 0;
    std::memcpy(&old, place, bytes);
    std::memcpy(&first, b + thread * bytes, bytes);
    std::memcpy(&second, c + thread * bytes, bytes);
    uint64_t updated = (update == addSingle && !isShared ? addSingleGlobal : update)(old, first, second);
    std::memcpy(place, &updated, bytes);
    std::memcpy(destination + thread * bytes, &old, bytes);
  }
}

void decodeAtomic(Decoder &decoder, const Statement &statement, bool hasResult) {
  Modifiers modifiers(statement);
  modifiers.acceptOneOf({"relaxed", "acquire", "release", "acq_rel"});
  modifiers.acceptOneOf({"cta", "gpu", "sys"});
  Space space = takeAccessSpace(modifiers);
  if (space != Space::Generic && space != Space::Global && space != Space::Shared)
    failAt(statement.line,
           "instruction '" + std::string(statement.mnemonic) + "' works in global and shared memory alone");
  std::string name(modifiers.take());
  while (!modifiers.peek().empty())
    name += "." + std::string(modifiers.take());
  const Operation *operation = std::ranges::find(operations, name, &Operation::name);
  bool isSwap = name.starts_with("cas.");
  if (operation == std::end(operations) || (!hasResult && (isSwap || name.starts_with("exch."))))
    failAt(statement.line, "instruction '" + std::string(statement.mnemonic) + "' is not supported");
  size_t first = hasResult ? 1 : 0;
  decoder.checkCount(statement, first + (isSwap ? 3 : 2));
  Instruction atomic;
  atomic.execute = execute;
  atomic.line = statement.line;
  int bytes = operation->bytes;
  atomic.operands[0] =
      hasResult ? decoder.destination(statement, statement.operands[0], bytes) : decoder.newRegister(bytes);
  atomic.operands[1] = decoder.source(statement, statement.operands[first + 1], bytes);
  atomic.operands[2] = isSwap ? decoder.source(statement, statement.operands[first + 2], bytes) : atomic.operands[1];
  atomic.count = uint8_t(bytes);
  atomic.mode = uint8_t(operation - operations);
  decoder.address(statement, statement.operands[first], space, atomic, 8);
  decoder.function.code.push_back(atomic);
}

} // namespace

void shardrt::ptx::addAtomics(Decoders &decoders) {
  decoders["atom"] = [](Decoder &decoder, const Statement &statement) { decodeAtomic(decoder, statement, true); };
  decoders["red"] = [](Decoder &decoder, const Statement &statement) { decodeAtomic(decoder, statement, false); };
}
