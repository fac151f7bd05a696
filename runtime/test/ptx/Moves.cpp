//===- Moves.cpp - mov, selp, slct, cvta, isspacep --------------------------===//

#include "Rows.h"

#include <cstring>

using namespace shardrt::ptx;

namespace {

template <typename T> void move(Block &block, const Instruction &instruction) {
  T *to = block.reg<T>(instruction.operands[0]);
  const T *from = block.reg<T>(instruction.operands[1]);
  block.forEach([=](unsigned thread) { to[thread] = from[thread]; });
}

/// Joins `count` registers of `mode` bytes.
void join(Block &block, const Instruction &instruction) {
  size_t part = instruction.mode, whole = part * instruction.count;
  char *to = block.reg<char>(instruction.operands[0]);
  for (size_t i = 0; i < instruction.count; ++i) {
    const char *from = block.reg<char>(instruction.operands[1 + i]);
    for (unsigned thread : block.running)
      std::memcpy(to + thread * whole + i * part, from + thread * part, part);
  }
}

void split(Block &block, const Instruction &instruction) {
  size_t part = instruction.mode, whole = part * instruction.count;
  const char *from = block.reg<char>(instruction.operands[0]);
  for (size_t i = 0; i < instruction.count; ++i) {
    char *to = block.reg<char>(instruction.operands[1 + i]);
    for (unsigned thread : block.running)
      std::memcpy(to + thread * part, from + thread * whole + i * part, part);
  }
}

void decodeMove(Decoder &decoder, const Statement &statement) {
  decoder.checkCount(statement, 2);
  Modifiers modifiers(statement);
  int bytes = typeBytes("." + std::string(modifiers.take()));
  modifiers.finish();
  const Operand &to = statement.operands[0], &from = statement.operands[1];
  bool joins = from.kind == Operand::Vector, splits = to.kind == Operand::Vector;
  if (bytes == 0 || (bytes == 1 && statement.mnemonic != "mov.pred") || (joins && splits))
    failAt(statement.line, "instruction '" + std::string(statement.mnemonic) + "' is not supported");
  if (!joins && !splits) {
    uint32_t destination = decoder.destination(statement, to, bytes), source = decoder.source(statement, from, bytes);
    Handler handler = bytes == 1   ? move<uint8_t>
                      : bytes == 2 ? move<uint16_t>
                      : bytes == 4 ? move<uint32_t>
                                   : move<uint64_t>;
    decoder.emit(handler, statement).operands = {destination, source};
    return;
  }
  const std::vector<Operand> &parts = joins ? from.elements : to.elements;
  size_t part = size_t(bytes) / parts.size();
  if ((parts.size() != 2 && parts.size() != 4) || part < 2)
    failAt(statement.line, "instruction '" + std::string(statement.mnemonic) + "' cannot have " +
                               std::to_string(parts.size()) + " parts");
  Operands operands{};
  operands[0] = joins ? decoder.destination(statement, to, bytes) : decoder.source(statement, from, bytes);
  for (size_t i = 0; i < parts.size(); ++i) {
    // A part to be ignored needs a register of its own where others are written.
    operands[1 + i] =
        joins ? decoder.source(statement, parts[i], int(part)) : decoder.destination(statement, parts[i], int(part));
    if (splits && operands[1 + i] == operands[0])
      failAt(statement.line, "a part is written to the register that is split");
  }
  Instruction &instruction = decoder.emit(joins ? join : split, statement);
  instruction.operands = operands;
  instruction.count = uint8_t(parts.size());
  instruction.mode = uint8_t(part);
}

template <typename T> void addSelect(Table &table, std::initializer_list<const char *> types) {
  for (const char *type : types) {
    addRow<[](T a, T b, bool p) -> T { return p ? a : b; }>(table, std::string("selp.") + type);
    addRow<[](T a, T b, int32_t c) -> T { return c >= 0 ? a : b; }>(table, std::string("slct.") + type + ".s32");
    addRow<[](T a, T b, float c) -> T { return c >= 0 ? a : b; }>(table, std::string("slct.") + type + ".f32");
    addRow<[](T a, T b, float c) -> T { return flush(c) >= 0 ? a : b; }>(table,
                                                                         std::string("slct.ftz.") + type + ".f32");
  }
}

/// Returns what generic addresses of a space begin with.
uint64_t window(const Block &block, Space space) {
  switch (space) {
  case Space::Shared:
    return sharedWindow;
  case Space::Local:
    return localWindow;
  case Space::Const:
    return block.state.address(Base::Constants);
  default:
    return 0;
  }
}

template <bool toSpace> void convertAddress(Block &block, const Instruction &instruction) {
  uint64_t *to = block.reg<uint64_t>(instruction.operands[0]);
  const uint64_t *from = block.reg<uint64_t>(instruction.operands[1]);
  uint64_t base = toSpace ? 0 - window(block, instruction.space) : window(block, instruction.space);
  block.forEach([=](unsigned thread) { to[thread] = from[thread] + base; });
}

Space takeSpace(Modifiers &modifiers) {
  switch (modifiers.acceptOneOf({"global", "shared", "shared::cta", "local", "const"})) {
  case 0:
    return Space::Global;
  case 1:
  case 2:
    return Space::Shared;
  case 3:
    return Space::Local;
  case 4:
    return Space::Const;
  default:
    modifiers.unknown();
  }
}

void decodeAddressConversion(Decoder &decoder, const Statement &statement) {
  decoder.checkCount(statement, 2);
  Modifiers modifiers(statement);
  bool toSpace = modifiers.accept("to");
  Space space = takeSpace(modifiers);
  if (!modifiers.accept("u64"))
    modifiers.unknown();
  modifiers.finish();
  uint32_t destination = decoder.destination(statement, statement.operands[0], 8);
  uint32_t source = decoder.source(statement, statement.operands[1], 8);
  Instruction &instruction = decoder.emit(toSpace ? convertAddress<true> : convertAddress<false>, statement);
  instruction.operands = {destination, source};
  instruction.space = space;
}

void isInSpace(Block &block, const Instruction &instruction) {
  bool *result = block.reg<bool>(instruction.operands[0]);
  const uint64_t *address = block.reg<uint64_t>(instruction.operands[1]);
  for (unsigned thread : block.running) {
    auto within = [&](uint64_t base, uint64_t bytes) { return address[thread] - base < bytes; };
    bool isShared = within(sharedWindow, windowBytes), isLocal = within(localWindow, windowBytes);
    bool isConst = within(block.state.address(Base::Constants), block.state.constants.size());
    Space space = instruction.space;
    result[thread] = space == Space::Shared  ? isShared
                     : space == Space::Local ? isLocal
                     : space == Space::Const ? isConst
                                             : !isShared && !isLocal && !isConst;
  }
}

void decodeIsInSpace(Decoder &decoder, const Statement &statement) {
  decoder.checkCount(statement, 2);
  Modifiers modifiers(statement);
  Space space = takeSpace(modifiers);
  modifiers.finish();
  uint32_t destination = decoder.destination(statement, statement.operands[0], 1);
  uint32_t source = decoder.source(statement, statement.operands[1], 8);
  Instruction &instruction = decoder.emit(isInSpace, statement);
  instruction.operands = {destination, source};
  instruction.space = space;
}

} // namespace

void shardrt::ptx::addMoves(Decoders &decoders, Table &table) {
  decoders["mov"] = decodeMove;
  decoders["cvta"] = decodeAddressConversion;
  decoders["isspacep"] = decodeIsInSpace;
  addSelect<uint16_t>(table, {"b16", "u16", "s16"});
  addSelect<uint32_t>(table, {"b32", "u32", "s32", "f32"});
  addSelect<uint64_t>(table, {"b64", "u64", "s64", "f64"});
}
