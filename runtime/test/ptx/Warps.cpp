//===- Warps.cpp - What threads of a warp do together -----------------------===//

#include "Warps.h"
#include "Decoder.h"

#include <algorithm>
#include <bit>
#include <cstring>

using namespace shardrt::ptx;

namespace {

std::string maskName(uint32_t mask) {
  std::string digits = "0x";
  for (int shift = 28; shift >= 0; shift -= 4)
    digits += "0123456789abcdef"[mask >> shift & 15];
  return digits;
}

} // namespace

bool shardrt::ptx::meet(Block &block, uint32_t maskRegister) {
  block.joinParked();
  const uint32_t *masks = block.reg<uint32_t>(maskRegister);
  Threads waiting;
  unsigned missing = 0;
  block.forEachWarp([&](size_t begin, size_t end) {
    uint32_t here = block.lanes(begin, end);
    unsigned first = block.running[begin] / 32 * 32u;
    uint32_t existing = block.threadCount - first >= 32 ? ~0u : (1u << (block.threadCount - first)) - 1;
    bool isComplete = true;
    for (size_t i = begin; i < end; ++i) {
      unsigned thread = block.running[i];
      uint32_t mask = masks[thread];
      if (!(mask >> thread % 32 & 1))
        block.fault(thread, "is not in its own member mask, " + maskName(mask));
      if (uint32_t absent = mask & existing & ~here) {
        missing = first + unsigned(std::countr_zero(absent));
        isComplete = false;
      }
      for (uint32_t rest = mask & here; rest; rest &= rest - 1) {
        unsigned other = first + unsigned(std::countr_zero(rest));
        if (masks[other] != mask)
          block.fault(thread, "has member mask " + maskName(mask) + ", and " + block.name(other) + " in it has " +
                                  maskName(masks[other]));
      }
    }
    if (!isComplete)
      waiting.insert(waiting.end(), block.running.begin() + ptrdiff_t(begin), block.running.begin() + ptrdiff_t(end));
  });
  if (!waiting.empty())
    block.park(std::move(waiting), missing);
  return !block.running.empty();
}

namespace {

enum class Shuffle : uint8_t { Up, Down, Butterfly, Index };

/// Operands: d, p, a, b, c, mask.
void shuffle(Block &block, const Instruction &instruction) {
  if (!meet(block, instruction.operands[5]))
    return;
  uint32_t *destination = block.reg<uint32_t>(instruction.operands[0]);
  bool *inRange = block.reg<bool>(instruction.operands[1]);
  const uint32_t *a = block.reg<uint32_t>(instruction.operands[2]), *b = block.reg<uint32_t>(instruction.operands[3]),
                 *c = block.reg<uint32_t>(instruction.operands[4]),
                 *masks = block.reg<uint32_t>(instruction.operands[5]);
  block.forEachWarp([&](size_t begin, size_t end) {
    uint32_t here = block.lanes(begin, end);
    unsigned first = block.running[begin] / 32 * 32u;
    std::array<uint32_t, 32> given{};
    for (size_t i = begin; i < end; ++i)
      given[block.running[i] % 32] = a[block.running[i]];
    for (size_t i = begin; i < end; ++i) {
      unsigned thread = block.running[i];
      int lane = int(thread % 32), step = int(b[thread] & 31), clamp = int(c[thread] & 31),
          segment = int(c[thread] >> 8 & 31);
      int last = (lane & segment) | (clamp & ~segment), from = lane;
      bool isInRange = true;
      switch (Shuffle(instruction.mode)) {
      case Shuffle::Up:
        from = lane - step;
        isInRange = from >= last;
        break;
      case Shuffle::Down:
        from = lane + step;
        isInRange = from <= last;
        break;
      case Shuffle::Butterfly:
        from = lane ^ step;
        isInRange = from <= last;
        break;
      case Shuffle::Index:
        from = (lane & segment) | (step & ~segment);
        isInRange = from <= last;
        break;
      }
      if (!isInRange)
        from = lane;
      if (!(here >> from & 1) || !(masks[thread] >> from & 1))
        block.fault(thread, "takes the value of " +
                                (first + unsigned(from) < block.threadCount
                                     ? block.name(first + unsigned(from)) + ", which is not in the member mask"
                                     : "lane " + std::to_string(from) + ", which the block does not have"));
      destination[thread] = given[size_t(from)];
      inRange[thread] = isInRange;
    }
  });
}

void decodeShuffle(Decoder &decoder, const Statement &statement) {
  Modifiers modifiers(statement);
  if (!modifiers.accept("sync"))
    modifiers.unknown();
  int mode = modifiers.acceptOneOf({"up", "down", "bfly", "idx"});
  if (mode < 0 || !modifiers.accept("b32"))
    modifiers.unknown();
  modifiers.finish();
  decoder.checkCount(statement, 5);
  const Operand &results = statement.operands[0];
  bool hasTwo = results.kind == Operand::Two;
  Operands operands{};
  operands[0] = decoder.destination(statement, hasTwo ? results.elements[0] : results, 4);
  operands[1] = hasTwo ? decoder.destination(statement, results.elements[1], 1) : decoder.newRegister(1);
  for (size_t i = 1; i < 5; ++i)
    operands[1 + i] = decoder.source(statement, statement.operands[i], 4);
  Instruction &instruction = decoder.emit(shuffle, statement);
  instruction.operands = operands;
  instruction.mode = uint8_t(mode);
}

enum class Vote : uint8_t { All, Any, Uniform, Ballot };

/// Operands: d, a, mask; `readOnly` is whether a is negated.
void vote(Block &block, const Instruction &instruction) {
  if (!meet(block, instruction.operands[2]))
    return;
  const bool *a = block.reg<bool>(instruction.operands[1]);
  const uint32_t *masks = block.reg<uint32_t>(instruction.operands[2]);
  block.forEachWarp([&](size_t begin, size_t end) {
    uint32_t yes = 0, here = block.lanes(begin, end);
    for (size_t i = begin; i < end; ++i)
      yes |= uint32_t(a[block.running[i]] != instruction.readOnly) << block.running[i] % 32;
    for (size_t i = begin; i < end; ++i) {
      unsigned thread = block.running[i];
      uint32_t asked = masks[thread] & here, voted = yes & asked;
      if (Vote(instruction.mode) == Vote::Ballot)
        block.reg<uint32_t>(instruction.operands[0])[thread] = voted;
      else
        block.reg<bool>(instruction.operands[0])[thread] = Vote(instruction.mode) == Vote::All ? voted == asked
                                                           : Vote(instruction.mode) == Vote::Any
                                                               ? voted != 0
                                                               : voted == 0 || voted == asked;
    }
  });
}

void decodeVote(Decoder &decoder, const Statement &statement) {
  Modifiers modifiers(statement);
  if (!modifiers.accept("sync"))
    modifiers.unknown();
  int mode = modifiers.acceptOneOf({"all", "any", "uni", "ballot"});
  bool isBallot = Vote(mode) == Vote::Ballot;
  if (mode < 0 || !modifiers.accept(isBallot ? "b32" : "pred"))
    modifiers.unknown();
  modifiers.finish();
  decoder.checkCount(statement, 3);
  Operand asked = statement.operands[1];
  bool negated = std::exchange(asked.negated, false);
  Operands operands{};
  operands[0] = decoder.destination(statement, statement.operands[0], isBallot ? 4 : 1);
  operands[1] = decoder.source(statement, asked, 1);
  operands[2] = decoder.source(statement, statement.operands[2], 4);
  Instruction &instruction = decoder.emit(vote, statement);
  instruction.operands = operands;
  instruction.mode = uint8_t(mode);
  instruction.readOnly = negated;
}

using Reduce = uint32_t (*)(uint32_t, uint32_t);
struct Reduction {
  const char *name;
  Reduce reduce;
};
const Reduction reductions[] = {
    {"add.u32", [](uint32_t a, uint32_t b) { return a + b; }},
    {"add.s32", [](uint32_t a, uint32_t b) { return a + b; }},
    {"min.u32", [](uint32_t a, uint32_t b) { return std::min(a, b); }},
    {"max.u32", [](uint32_t a, uint32_t b) { return std::max(a, b); }},
    {"min.s32", [](uint32_t a, uint32_t b) { return uint32_t(std::min(int32_t(a), int32_t(b))); }},
    {"max.s32", [](uint32_t a, uint32_t b) { return uint32_t(std::max(int32_t(a), int32_t(b))); }},
    {"and.b32", [](uint32_t a, uint32_t b) { return a & b; }},
    {"or.b32", [](uint32_t a, uint32_t b) { return a | b; }},
    {"xor.b32", [](uint32_t a, uint32_t b) { return a ^ b; }},
};

/// Operands: d, a, mask; `mode` is the reduction.
void reduce(Block &block, const Instruction &instruction) {
  if (!meet(block, instruction.operands[2]))
    return;
  uint32_t *destination = block.reg<uint32_t>(instruction.operands[0]);
  const uint32_t *a = block.reg<uint32_t>(instruction.operands[1]),
                 *masks = block.reg<uint32_t>(instruction.operands[2]);
  Reduce function = reductions[instruction.mode].reduce;
  block.forEachWarp([&](size_t begin, size_t end) {
    unsigned first = block.running[begin] / 32 * 32u;
    uint32_t here = block.lanes(begin, end);
    std::array<uint32_t, 32> results{};
    for (size_t i = begin; i < end; ++i) {
      uint32_t rest = masks[block.running[i]] & here;
      uint32_t result = a[first + unsigned(std::countr_zero(rest))];
      for (rest &= rest - 1; rest; rest &= rest - 1)
        result = function(result, a[first + unsigned(std::countr_zero(rest))]);
      results[block.running[i] % 32] = result;
    }
    for (size_t i = begin; i < end; ++i)
      destination[block.running[i]] = results[block.running[i] % 32];
  });
}

void decodeReduce(Decoder &decoder, const Statement &statement) {
  Modifiers modifiers(statement);
  if (!modifiers.accept("sync"))
    modifiers.unknown();
  std::string name(modifiers.take());
  name += "." + std::string(modifiers.take());
  modifiers.finish();
  const Reduction *found = std::ranges::find(reductions, name, &Reduction::name);
  if (found == std::end(reductions))
    failAt(statement.line, "instruction '" + std::string(statement.mnemonic) + "' is not supported");
  decoder.checkCount(statement, 3);
  Operands operands{decoder.destination(statement, statement.operands[0], 4),
                    decoder.source(statement, statement.operands[1], 4),
                    decoder.source(statement, statement.operands[2], 4)};
  Instruction &instruction = decoder.emit(reduce, statement);
  instruction.operands = operands;
  instruction.mode = uint8_t(found - reductions);
}

void activeMask(Block &block, const Instruction &instruction) {
  uint32_t *destination = block.reg<uint32_t>(instruction.operands[0]);
  block.forEachWarp([&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i)
      destination[block.running[i]] = block.lanes(begin, end);
  });
}

/// The barrier of a warp orders memory among its threads, where all of them take part.
void warpBarrier(Block &block, const Instruction &instruction) {
  if (!meet(block, instruction.operands[0]))
    return;
  const uint32_t *masks = block.reg<uint32_t>(instruction.operands[0]);
  ++block.interval.now;
  block.forEachWarp([&](size_t begin, size_t end) {
    unsigned first = block.running[begin] / 32 * 32u, threads = std::min(32u, block.threadCount - first);
    uint32_t everyone = threads == 32 ? ~0u : (1u << threads) - 1;
    if (end - begin == threads && (masks[block.running[begin]] & everyone) == everyone)
      block.warpIntervals[first / 32] = block.interval.now;
  });
}

} // namespace

void shardrt::ptx::decodeWarpBarrier(Decoder &decoder, const Statement &statement) {
  decoder.checkCount(statement, 1);
  uint32_t mask = decoder.source(statement, statement.operands[0], 4);
  decoder.emit(warpBarrier, statement).operands[0] = mask;
}

void shardrt::ptx::addWarps(Decoders &decoders) {
  decoders["shfl"] = decodeShuffle;
  decoders["vote"] = decodeVote;
  decoders["redux"] = decodeReduce;
  decoders["activemask"] = [](Decoder &decoder, const Statement &statement) {
    Modifiers modifiers(statement);
    if (!modifiers.accept("b32"))
      modifiers.unknown();
    modifiers.finish();
    decoder.checkCount(statement, 1);
    uint32_t destination = decoder.destination(statement, statement.operands[0], 4);
    decoder.emit(activeMask, statement).operands[0] = destination;
  };
}
