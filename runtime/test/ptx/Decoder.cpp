//===- Decoder.cpp - From statements to instructions ------------------------===//

#include "Decoder.h"
#include "Block.h"

#include <algorithm>

using namespace shardrt::ptx;

Modifiers::Modifiers(const Statement &statement) : statement(statement) {
  std::string_view rest = statement.mnemonic;
  for (size_t dot = rest.find('.'); dot != rest.npos; dot = rest.find('.')) {
    rest.remove_prefix(dot + 1);
    parts.push_back(rest.substr(0, rest.find('.')));
  }
}

bool Modifiers::accept(std::string_view name) {
  if (peek() != name || next == parts.size())
    return false;
  ++next;
  return true;
}

int Modifiers::acceptOneOf(std::initializer_list<std::string_view> names) {
  int index = 0;
  for (std::string_view name : names) {
    if (accept(name))
      return index;
    ++index;
  }
  return -1;
}

std::string_view Modifiers::take() {
  if (next == parts.size())
    failAt(statement.line, "instruction '" + std::string(statement.mnemonic) + "' lacks a modifier");
  return parts[next++];
}

void Modifiers::finish() const {
  if (next < parts.size())
    unknown();
}

void Modifiers::unknown() const {
  failAt(statement.line, "modifier '." + std::string(peek()) + "' of instruction '" + std::string(statement.mnemonic) +
                             "' is not supported here");
}

void Decoder::label(std::string_view name, uint32_t line) {
  if (!labels.emplace(name, int64_t(function.code.size())).second)
    failAt(line, "label '" + std::string(name) + "' stands twice in one function");
}

void Decoder::jumpTable(std::string_view name, std::vector<std::string_view> targets, uint32_t line) {
  size_t begin = program.jumps.size();
  for (std::string_view target : targets) {
    pendingJumps.push_back({program.jumps.size(), target, line});
    program.jumps.push_back(0);
  }
  if (!tables.emplace(name, JumpTable{begin, program.jumps.size()}).second)
    failAt(line, "label '" + std::string(name) + "' stands twice in one function");
}

Decoder::JumpTable Decoder::findJumpTable(std::string_view name, uint32_t line) const {
  auto found = tables.find(name);
  if (found == tables.end())
    failAt(line, "'" + std::string(name) + "' is no list of branch targets above this line");
  return found->second;
}

void Decoder::finish() {
  // Code may not run out at the end of a function.
  Statement end{function.code.empty() ? 1 : function.code.back().line, "ret", {}, std::nullopt};
  decode(end);
  auto find = [&](const Pending &from) {
    auto found = labels.find(from.label);
    if (found == labels.end())
      failAt(from.line, "label '" + std::string(from.label) + "' does not stand in this function");
    return found->second;
  };
  for (const Pending &from : pending)
    function.code[from.index].immediate = find(from);
  for (const Pending &from : pendingJumps)
    program.jumps[from.index] = find(from);
}

Instruction &Decoder::emit(Handler handler, const Statement &statement) {
  Instruction &instruction = function.code.emplace_back();
  instruction.execute = handler;
  instruction.line = statement.line;
  return instruction;
}

void Decoder::checkCount(const Statement &statement, size_t least, size_t most) const {
  size_t count = statement.operands.size();
  if (count < least || count > most)
    failAt(statement.line, "instruction '" + std::string(statement.mnemonic) + "' takes " + std::to_string(least) +
                               (most > least ? " to " + std::to_string(most) : "") + " operands, got " +
                               std::to_string(count));
}

static void checkWidth(const Statement &statement, int wanted, int got) {
  if (wanted != got)
    failAt(statement.line, "instruction '" + std::string(statement.mnemonic) + "' needs an operand of " +
                               (wanted == 1 ? "type .pred" : std::to_string(8 * wanted) + " bits") + ", got one of " +
                               (got == 1 ? "type .pred" : std::to_string(8 * got) + " bits"));
}

uint32_t Decoder::newRegister(int bytes) {
  uint32_t reg = program.registerBytes;
  program.registerBytes += uint32_t(bytes);
  return reg;
}

uint32_t Decoder::destination(const Statement &statement, const Operand &operand, int bytes) {
  if (operand.kind == Operand::Sink)
    return newRegister(bytes);
  if (operand.kind != Operand::Register || operand.negated || operand.reg < 4 * uint32_t(Special::Count))
    failAt(statement.line,
           "the destination of instruction '" + std::string(statement.mnemonic) + "' must be a register");
  checkWidth(statement, bytes, operand.bytes);
  return operand.reg;
}

uint32_t Decoder::constant(int bytes, uint64_t value, Base base) {
  if (bytes < 8)
    value &= (uint64_t(1) << 8 * bytes) - 1;
  auto [place, isNew] = constants.try_emplace({bytes, value, base}, 0);
  if (isNew) {
    place->second = newRegister(bytes);
    function.constants.push_back({place->second, uint8_t(bytes), value, base});
  }
  return place->second;
}

uint32_t Decoder::source(const Statement &statement, const Operand &operand, int bytes) {
  std::string mnemonic(statement.mnemonic);
  if (operand.negated)
    failAt(statement.line, "instruction '" + mnemonic + "' takes no negated operand here");
  switch (operand.kind) {
  case Operand::Register:
    checkWidth(statement, bytes, operand.bytes);
    return operand.reg;
  case Operand::Integer: {
    int64_t rest = bytes == 8 ? 0 : operand.value >> (8 * bytes - 1);
    if (bytes == 1 ? operand.value != 0 && operand.value != 1 && operand.value != -1
                   : rest != 0 && rest != 1 && rest != -1)
      failAt(statement.line,
             "number " + std::to_string(operand.value) + " does not fit an operand of instruction '" + mnemonic + "'");
    return constant(bytes, bytes == 1 ? uint64_t(operand.value != 0) : uint64_t(operand.value));
  }
  case Operand::Real:
    checkWidth(statement, bytes, operand.bytes);
    return constant(bytes, uint64_t(operand.value));
  case Operand::Symbol:
    checkWidth(statement, bytes, 8);
    return constant(8, uint64_t(operand.variable.offset), operand.variable.base);
  default:
    failAt(statement.line, "an operand of instruction '" + mnemonic + "' must be a register, number or variable" +
                               (operand.kind == Operand::Name ? ", got '" + std::string(operand.name) + "'" : ""));
  }
}

/// Addresses of shared memory may have 32 bits.
uint32_t Decoder::widened(const Statement &statement, const Operand &operand) {
  uint32_t wide = newRegister(8);
  Instruction &instruction = emit(
      [](Block &block, const Instruction &widening) {
        uint64_t *to = block.reg<uint64_t>(widening.operands[0]);
        const uint32_t *from = block.reg<uint32_t>(widening.operands[1]);
        block.forEach([=](unsigned thread) { to[thread] = from[thread]; });
      },
      statement);
  instruction.operands = {wide, operand.reg};
  return wide;
}

void Decoder::address(const Statement &statement, const Operand &operand, Space space, Instruction &instruction,
                      size_t slot) {
  if (operand.kind != Operand::Address)
    failAt(statement.line, "instruction '" + std::string(statement.mnemonic) + "' needs an address in brackets");
  const Operand &base = operand.elements[0];
  if (base.kind == Operand::Symbol) {
    // Parameters of calls are in local memory.
    bool isParam =
        space == Space::Param && (base.variable.space == Space::Param || base.variable.space == Space::Local);
    if (isParam)
      space = base.variable.space;
    else if (space != base.variable.space)
      failAt(statement.line, "variable '" + std::string(base.name) + "' is not in the space of instruction '" +
                                 std::string(statement.mnemonic) + "'");
  } else if (space == Space::Param && !function.isEntry) {
    failAt(statement.line, "parameters of a function must be named, not computed");
  }
  instruction.operands[slot] = space == Space::Shared && base.kind == Operand::Register && base.bytes == 4
                                   ? widened(statement, base)
                                   : source(statement, base, 8);
  instruction.immediate = operand.value;
  instruction.space = space;
}

namespace {

struct Knowledge {
  Table table;
  Decoders decoders;
  Knowledge() {
    addIntegers(table);
    addCarries(table);
    addFloats(table);
    addSmallFloats(table);
    addConversions(decoders, table);
    addMoves(decoders, table);
    addComparisons(decoders);
    addMemory(decoders);
    addAtomics(decoders);
    addControl(decoders);
    addWarps(decoders);
    addMatrices(decoders);
    addAsyncCopies(decoders);
  }
};

} // namespace

void Decoder::decode(const Statement &statement) {
  static const Knowledge knowledge;
  std::string mnemonic(statement.mnemonic);
  std::string_view base = statement.mnemonic.substr(0, statement.mnemonic.find('.'));
  constexpr size_t noGuard = ~size_t(0);
  size_t guard = noGuard;
  if (statement.guard && base != "bra") {
    // Threads for which the guard does not hold go around the instruction.
    guard = function.code.size();
    branch(statement, &*statement.guard, /*onTrue=*/statement.guard->negated, "");
  }
  if (auto row = knowledge.table.find(mnemonic); row != knowledge.table.end()) {
    const std::vector<int> &bytes = row->second.bytes;
    checkCount(statement, bytes.size());
    Operands operands{};
    operands[0] = destination(statement, statement.operands[0], bytes[0]);
    for (size_t i = 1; i < bytes.size(); ++i)
      operands[i] = source(statement, statement.operands[i], bytes[i]);
    emit(row->second.handler, statement).operands = operands;
  } else if (auto decoder = knowledge.decoders.find(base); decoder != knowledge.decoders.end()) {
    decoder->second(*this, statement);
  } else {
    failAt(statement.line, "instruction '" + mnemonic + "' is not supported");
  }
  if (guard != noGuard)
    function.code[guard].immediate = int64_t(function.code.size());
}
