//===- Control.cpp - Branches, calls, returns and barriers ------------------===//

#include "Block.h"
#include "Decoder.h"

#include <cstring>

using namespace shardrt::ptx;

namespace {

void goTo(Block &block, const Instruction &instruction) {
  block.pc = instruction.immediate;
}

template <bool onTrue> void goToIf(Block &block, const Instruction &instruction) {
  const bool *predicate = block.reg<bool>(instruction.operands[0]);
  size_t count = 0;
  for (unsigned thread : block.running)
    count += predicate[thread] == onTrue;
  if (count == block.running.size()) {
    block.pc = instruction.immediate;
  } else if (count != 0) {
    Threads taken;
    for (uint16_t thread : block.running)
      if (predicate[thread] == onTrue)
        taken.push_back(thread);
    block.depart(std::move(taken), instruction.immediate);
  }
}

/// Takes the target from Program::jumps: operands[1] of them, from `immediate` on.
void goToIndexed(Block &block, const Instruction &instruction) {
  const uint32_t *index = block.reg<uint32_t>(instruction.operands[0]);
  while (!block.running.empty()) {
    uint32_t chosen = index[block.running.front()];
    if (chosen >= instruction.operands[1])
      block.fault(block.running.front(), "branches by index " + std::to_string(chosen) + " of a list of " +
                                             std::to_string(instruction.operands[1]) + " targets");
    Threads taken;
    for (uint16_t thread : block.running)
      if (index[thread] == chosen)
        taken.push_back(thread);
    block.depart(std::move(taken), block.state.program.jumps[size_t(instruction.immediate) + chosen]);
  }
}

void decodeBranch(Decoder &decoder, const Statement &statement) {
  Modifiers modifiers(statement);
  modifiers.accept("uni"); // a promise
  modifiers.finish();
  decoder.checkCount(statement, 1);
  if (statement.operands[0].kind != Operand::Name)
    failAt(statement.line, "a branch needs a label");
  const Operand *guard = statement.guard ? &*statement.guard : nullptr;
  decoder.branch(statement, guard, !guard || !guard->negated, statement.operands[0].name);
}

void decodeIndexedBranch(Decoder &decoder, const Statement &statement) {
  if (statement.mnemonic != "brx.idx" && statement.mnemonic != "brx.idx.uni")
    failAt(statement.line, "instruction '" + std::string(statement.mnemonic) + "' is not supported");
  decoder.checkCount(statement, 2);
  auto [begin, end] = decoder.findJumpTable(statement.operands[1].name, statement.line);
  uint32_t index = decoder.source(statement, statement.operands[0], 4);
  Instruction &branch = decoder.emit(goToIndexed, statement);
  branch.operands = {index, uint32_t(end - begin)};
  branch.immediate = int64_t(begin);
}

void exitThread(Block &block, const Instruction &) {
  block.exit();
}

void copy(Block &block, unsigned thread, const std::vector<Call::Copy> &copies) {
  for (auto [from, to, bytes] : copies)
    std::memcpy(block.localOf(thread) + to, block.localOf(thread) + from, size_t(bytes));
}

/// `immediate` is the call. The callee remembers it in a register.
void enter(Block &block, const Instruction &instruction) {
  const Call &call = block.state.program.calls[size_t(instruction.immediate)];
  uint32_t *returnTo = block.reg<uint32_t>(call.returnRegister);
  for (unsigned thread : block.running) {
    copy(block, thread, call.arguments);
    returnTo[thread] = uint32_t(instruction.immediate);
  }
  block.pc = call.target;
}

/// Threads return to where each has come from.
void leave(Block &block, const Instruction &instruction) {
  const uint32_t *returnTo = block.reg<uint32_t>(instruction.operands[0]);
  while (!block.running.empty()) {
    uint32_t index = returnTo[block.running.front()];
    const Call &call = block.state.program.calls[index];
    Threads threads;
    for (uint16_t thread : block.running)
      if (returnTo[thread] == index) {
        copy(block, thread, call.results);
        threads.push_back(thread);
      }
    block.depart(std::move(threads), call.returnTo);
  }
}

void decodeReturn(Decoder &decoder, const Statement &statement) {
  Modifiers modifiers(statement);
  modifiers.accept("uni");
  modifiers.finish();
  decoder.checkCount(statement, 0);
  bool returns = statement.mnemonic.starts_with("ret") && !decoder.function.isEntry;
  Instruction &instruction = decoder.emit(returns ? leave : exitThread, statement);
  instruction.operands[0] = returns ? decoder.function.returnRegister : 0;
}

/// call (results), function, (arguments); results and arguments may be absent.
void decodeCall(Decoder &decoder, const Statement &statement) {
  Modifiers modifiers(statement);
  modifiers.accept("uni");
  modifiers.finish();
  Call call;
  call.line = statement.line;
  size_t next = 0;
  const std::vector<Operand> &operands = statement.operands;
  auto list = [&](bool isResult) {
    if (next == operands.size() || operands[next].kind != Operand::List)
      return;
    for (const Operand &operand : operands[next].elements) {
      if (operand.kind != Operand::Symbol || operand.variable.space != Space::Local)
        failAt(statement.line, "arguments and results of a call must be variables in .param");
      const Variable &variable = operand.variable;
      if (isResult)
        call.results.push_back({0, variable.offset, variable.bytes});
      else
        call.arguments.push_back({variable.offset, 0, variable.bytes});
    }
    ++next;
  };
  list(true);
  if (next == operands.size() || operands[next].kind != Operand::Name)
    failAt(statement.line, "a call needs the name of a function");
  call.callee = operands[next++].name;
  list(false);
  if (next != operands.size())
    failAt(statement.line, "calls through pointers are not supported");
  size_t index = decoder.program.calls.size();
  decoder.function.callees.push_back(index);
  decoder.emit(enter, statement).immediate = int64_t(index);
  call.returnTo = int64_t(decoder.function.code.size());
  decoder.program.calls.push_back(std::move(call));
}

void barrier(Block &block, const Instruction &) {
  block.joinParked();
  if (block.running.size() == block.threadCount) {
    block.interval.block = ++block.interval.now;
    ++block.state.statistics.barriers;
    return;
  }
  unsigned missing = 0;
  while (missing < block.running.size() && block.running[missing] == missing)
    ++missing;
  block.park(block.running, missing);
}

void decodeBarrier(Decoder &decoder, const Statement &statement) {
  if (statement.mnemonic == "bar.warp.sync")
    return decodeWarpBarrier(decoder, statement);
  Modifiers modifiers(statement);
  modifiers.accept("cta");
  if (!modifiers.accept("sync"))
    modifiers.unknown();
  modifiers.accept("aligned");
  modifiers.finish();
  decoder.checkCount(statement, 1);
  const Operand &number = statement.operands[0];
  if (number.kind != Operand::Integer || number.value < 0 || number.value > 15)
    failAt(statement.line, "a barrier must be a number from 0 to 15");
  decoder.emit(barrier, statement);
}

/// Threads of this machine see each other's writes at once, so there is nothing to do.
void decodeFence(Decoder &decoder, const Statement &statement) {
  Modifiers modifiers(statement);
  decoder.checkCount(statement, 0);
  if (statement.mnemonic.starts_with("membar")) {
    if (modifiers.acceptOneOf({"cta", "gl", "sys"}) < 0)
      modifiers.unknown();
  } else {
    modifiers.acceptOneOf({"sc", "acq_rel", "acquire", "release"});
    if (modifiers.acceptOneOf({"cta", "gpu", "sys"}) < 0)
      modifiers.unknown();
  }
  modifiers.finish();
}

void decodeTrap(Decoder &decoder, const Statement &statement) {
  Modifiers(statement).finish();
  decoder.checkCount(statement, 0);
  decoder.emit([](Block &block, const Instruction &) { block.fault(block.running.front(), "trap"); }, statement);
}

} // namespace

void Decoder::branch(const Statement &statement, const Operand *predicate, bool onTrue, std::string_view label) {
  uint32_t reg = 0;
  if (predicate) {
    Operand plain = *predicate;
    plain.negated = false;
    reg = source(statement, plain, 1);
  }
  if (!label.empty())
    pending.push_back({function.code.size(), label, statement.line});
  function.branches.push_back(function.code.size());
  emit(!predicate ? goTo : onTrue ? goToIf<true> : goToIf<false>, statement).operands[0] = reg;
}

void shardrt::ptx::addControl(Decoders &decoders) {
  decoders["bra"] = decodeBranch;
  decoders["brx"] = decodeIndexedBranch;
  decoders["ret"] = decodeReturn;
  decoders["exit"] = decodeReturn;
  decoders["trap"] = decodeTrap;
  decoders["call"] = decodeCall;
  decoders["bar"] = decodeBarrier;
  decoders["barrier"] = decodeBarrier;
  decoders["membar"] = decodeFence;
  decoders["fence"] = decodeFence;
}
