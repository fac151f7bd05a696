//===- AsyncCopies.cpp - cp.async -------------------------------------------===//

#include "Access.h"

#include <cstring>
#include <limits>

using namespace shardrt::ptx;

namespace {

/// Operands: the bytes to be read, at `targetSlot` and `sourceSlot` the addresses. `count` is the bytes to be written;
/// the halves of `immediate` are the displacements, the target's the lower.
constexpr size_t targetSlot = 8, sourceSlot = 7;

void startCopies(Block &block, const Instruction &instruction) {
  Instruction target = instruction, source = instruction;
  target.immediate = int32_t(instruction.immediate);
  source.immediate = instruction.immediate >> 32;
  source.space = Space::Global;
  const uint32_t *sizes = block.reg<uint32_t>(instruction.operands[0]);
  size_t bytes = instruction.count;
  locate(block, target, targetSlot, int64_t(bytes), Access::Write);
  size_t first = block.copies.underWay.size();
  Threads reading;
  for (unsigned thread : block.running) {
    if (sizes[thread] != 0 && sizes[thread] != bytes)
      block.fault(thread, "reads " + std::to_string(sizes[thread]) + " bytes to write " + std::to_string(bytes) +
                              ", which is not supported: all or none");
    block.copies.underWay.push_back({uint16_t(thread),
                                     uint8_t(bytes),
                                     block.copies.groups[thread],
                                     block.places[thread] - block.shared.data(),
                                     {}});
    std::memset(block.places[thread], 0xff, bytes);
    if (sizes[thread])
      reading.push_back(uint16_t(thread));
  }
  if (reading.empty())
    return;
  std::swap(block.running, reading);
  locate(block, source, sourceSlot, int64_t(bytes), Access::Read);
  std::swap(block.running, reading);
  for (size_t i = first; i < block.copies.underWay.size(); ++i) {
    AsyncCopies::Copy &copy = block.copies.underWay[i];
    if (sizes[copy.thread])
      std::memcpy(copy.contents.data(), block.places[copy.thread], bytes);
  }
}

void closeGroup(Block &block, const Instruction &) {
  for (unsigned thread : block.running)
    ++block.copies.groups[thread];
}

/// Waits for all groups of the running threads but the last `immediate`; with `mode` for what is in no group too.
void waitForCopies(Block &block, const Instruction &instruction) {
  std::erase_if(block.copies.underWay, [&](const AsyncCopies::Copy &copy) {
    if (!std::ranges::binary_search(block.running, copy.thread) ||
        (!instruction.mode && int64_t(copy.group) >= int64_t(block.copies.groups[copy.thread]) - instruction.immediate))
      return false;
    if (!block.shared.note(copy.offset, copy.bytes, copy.thread, Access::Write, block.intervalOf(copy.thread)))
      block.fault(copy.thread, "waits for a copy to offset " + std::to_string(copy.offset) +
                                   " of shared memory, which another thread has used since the last barrier");
    std::memcpy(block.shared.data() + copy.offset, copy.contents.data(), copy.bytes);
    return true;
  });
}

void decodeCopy(Decoder &decoder, const Statement &statement, Modifiers &modifiers) {
  int cache = modifiers.acceptOneOf({"ca", "cg"});
  if (cache < 0 || !modifiers.accept("shared") || !modifiers.accept("global"))
    modifiers.unknown();
  modifiers.acceptOneOf({"L2::64B", "L2::128B", "L2::256B"});
  modifiers.finish();
  decoder.checkCount(statement, 3, 4);
  const Operand &size = statement.operands[2];
  bool isRight =
      size.kind == Operand::Integer && (size.value == 16 || (cache == 0 && (size.value == 4 || size.value == 8)));
  if (!isRight)
    failAt(statement.line, "instruction '" + std::string(statement.mnemonic) + "' copies " +
                               (cache == 0 ? "4, 8 or 16 bytes" : "16 bytes"));
  Instruction copy;
  copy.execute = startCopies;
  copy.line = statement.line;
  copy.count = uint8_t(size.value);
  copy.operands[0] = decoder.source(statement, statement.operands.size() == 4 ? statement.operands[3] : size, 4);
  decoder.address(statement, statement.operands[1], Space::Global, copy, sourceSlot);
  int64_t displacement = copy.immediate;
  decoder.address(statement, statement.operands[0], Space::Shared, copy, targetSlot);
  using Limits = std::numeric_limits<int32_t>;
  if (std::min(displacement, copy.immediate) < Limits::min() || std::max(displacement, copy.immediate) > Limits::max())
    failAt(statement.line, "an address has a displacement of more than 32 bits");
  copy.immediate = int64_t(uint64_t(displacement) << 32 | uint32_t(copy.immediate));
  decoder.function.code.push_back(copy);
}

void decodeAsyncCopy(Decoder &decoder, const Statement &statement) {
  Modifiers modifiers(statement);
  if (!modifiers.accept("async"))
    modifiers.unknown();
  switch (modifiers.acceptOneOf({"commit_group", "wait_group", "wait_all"})) {
  case 0:
    modifiers.finish();
    decoder.checkCount(statement, 0);
    decoder.emit(closeGroup, statement);
    return;
  case 1: {
    modifiers.finish();
    decoder.checkCount(statement, 1);
    const Operand &left = statement.operands[0];
    if (left.kind != Operand::Integer || left.value < 0)
      failAt(statement.line, "the number of groups that may be under way must be a number");
    decoder.emit(waitForCopies, statement).immediate = left.value;
    return;
  }
  case 2:
    modifiers.finish();
    decoder.checkCount(statement, 0);
    decoder.emit(waitForCopies, statement).mode = 1;
    return;
  default:
    decodeCopy(decoder, statement, modifiers);
  }
}

} // namespace

void shardrt::ptx::addAsyncCopies(Decoders &decoders) {
  decoders["cp"] = decodeAsyncCopy;
}
