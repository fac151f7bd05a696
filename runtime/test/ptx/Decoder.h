//===- Decoder.h - From statements to instructions --------------------------===//
//
// Most instructions compute each thread's result from its operands, and are rows of a table: the whole name with its
// modifiers, and a function of one thread's values. Those with many modifiers have a decoder of their own, which
// consumes every modifier or fails.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_TEST_PTX_DECODER_H
#define SHARDRT_TEST_PTX_DECODER_H

#include "Syntax.h"

#include <map>
#include <unordered_map>

namespace shardrt::ptx {

/// The modifiers of an instruction, taken from the left.
class Modifiers {
public:
  explicit Modifiers(const Statement &statement);
  /// Takes the next modifier if it is `name`.
  bool accept(std::string_view name);
  /// Takes the next modifier if it is one of `names`, and returns which, or -1.
  int acceptOneOf(std::initializer_list<std::string_view> names);
  std::string_view take();
  std::string_view peek() const { return next < parts.size() ? parts[next] : std::string_view(); }
  /// Fails if one is left.
  void finish() const;
  [[noreturn]] void unknown() const;

private:
  const Statement &statement;
  std::vector<std::string_view> parts;
  size_t next = 0;
};

/// Decodes the statements of one function.
class Decoder {
public:
  Decoder(Program &program, Function &function) : program(program), function(function) {}

  void label(std::string_view name, uint32_t line);
  void jumpTable(std::string_view name, std::vector<std::string_view> targets, uint32_t line);
  void decode(const Statement &statement);
  /// To be called after the last statement: finds what branches go to.
  void finish();

  // For decoders of instructions.

  /// Adds an instruction; the reference holds until the next one.
  Instruction &emit(Handler handler, const Statement &statement);
  void checkCount(const Statement &statement, size_t least, size_t most) const;
  void checkCount(const Statement &statement, size_t count) const { checkCount(statement, count, count); }
  /// Returns the register of a destination of `bytes`. `_` gives one that nobody reads.
  uint32_t destination(const Statement &statement, const Operand &operand, int bytes);
  /// Returns the register of a source of `bytes`: that of a constant too.
  uint32_t source(const Statement &statement, const Operand &operand, int bytes);
  /// Returns a register that holds `value` in all threads.
  uint32_t constant(int bytes, uint64_t value, Base base = Base::None);
  uint32_t newRegister(int bytes);
  /// Lets `instruction` access what `operand` points to; its register goes to operands[slot]. `space` is that of the
  /// instruction, which must be emitted after this call: an address of 32 bits takes an instruction of its own.
  void address(const Statement &statement, const Operand &operand, Space space, Instruction &instruction, size_t slot);
  /// Adds a branch to `label` for the threads in which the register is `onTrue`; for all where `predicate` is null. A
  /// branch without a label goes where its immediate says, which the caller sets.
  void branch(const Statement &statement, const Operand *predicate, bool onTrue, std::string_view label);
  struct JumpTable {
    size_t begin, end; // in Program::jumps
  };
  JumpTable findJumpTable(std::string_view name, uint32_t line) const;

  Program &program;
  Function &function;

private:
  uint32_t widened(const Statement &statement, const Operand &operand);

  struct Pending {
    size_t index;
    std::string_view label;
    uint32_t line;
  };
  std::map<std::string_view, int64_t> labels;
  std::map<std::string_view, JumpTable> tables;
  std::vector<Pending> pending, pendingJumps;
  std::map<std::tuple<int, uint64_t, Base>, uint32_t> constants;
};

/// An instruction that computes a result per thread: its handler and the bytes of its operands, the result first.
struct Row {
  Handler handler;
  std::vector<int> bytes;
};
using Table = std::unordered_map<std::string, Row>;
using Decode = void (*)(Decoder &, const Statement &);
using Decoders = std::map<std::string_view, Decode>;

// Each adds what one file knows.
void addIntegers(Table &table);
void addCarries(Table &table);
void addFloats(Table &table);
void addSmallFloats(Table &table);
void addConversions(Decoders &decoders, Table &table);
void addMoves(Decoders &decoders, Table &table);
void addComparisons(Decoders &decoders);
void addMemory(Decoders &decoders);
void addAtomics(Decoders &decoders);
void addControl(Decoders &decoders);
void addWarps(Decoders &decoders);
void addMatrices(Decoders &decoders);
void addAsyncCopies(Decoders &decoders);
/// bar.warp.sync, which shares its first name with the barriers of a block.
void decodeWarpBarrier(Decoder &decoder, const Statement &statement);

} // namespace shardrt::ptx
#endif
