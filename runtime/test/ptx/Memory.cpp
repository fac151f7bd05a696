//===- Memory.cpp - ld and st -----------------------------------------------===//

#include "Access.h"

#include <cstring>

using namespace shardrt::ptx;

namespace {

/// Loads `count` M to registers R, which may be wider.
template <typename M, typename R> void load(Block &block, const Instruction &instruction) {
  locate(block, instruction, 8, int64_t(sizeof(M)) * instruction.count, Access::Read);
  for (size_t i = 0; i < instruction.count; ++i) {
    R *to = block.reg<R>(instruction.operands[i]);
    for (unsigned thread : block.running) {
      M value;
      std::memcpy(&value, block.places[thread] + i * sizeof(M), sizeof(M));
      to[thread] = R(value);
    }
  }
}

template <typename M, typename R> void store(Block &block, const Instruction &instruction) {
  locate(block, instruction, 8, int64_t(sizeof(M)) * instruction.count, Access::Write);
  for (size_t i = 0; i < instruction.count; ++i) {
    const R *from = block.reg<R>(instruction.operands[i]);
    for (unsigned thread : block.running) {
      M value = M(from[thread]);
      std::memcpy(block.places[thread] + i * sizeof(M), &value, sizeof(M));
    }
  }
}

template <typename M> Handler loadFor(int registerBytes) {
  return registerBytes == 2 ? load<M, uint16_t> : registerBytes == 4 ? load<M, uint32_t> : load<M, uint64_t>;
}
template <typename M> Handler storeFor(int registerBytes) {
  return registerBytes == 2 ? store<M, uint16_t> : registerBytes == 4 ? store<M, uint32_t> : store<M, uint64_t>;
}

/// Returns the handler for a type such as "s8".
Handler handlerFor(std::string_view type, int registerBytes, bool isLoad) {
  int bytes = typeBytes("." + std::string(type));
  if (!isLoad)
    return bytes == 1   ? storeFor<uint8_t>(registerBytes)
           : bytes == 2 ? storeFor<uint16_t>(registerBytes)
           : bytes == 4 ? storeFor<uint32_t>(registerBytes)
                        : storeFor<uint64_t>(registerBytes);
  bool isSigned = type[0] == 's';
  switch (bytes) {
  case 1:
    return isSigned ? loadFor<int8_t>(registerBytes) : loadFor<uint8_t>(registerBytes);
  case 2:
    return isSigned ? loadFor<int16_t>(registerBytes) : loadFor<uint16_t>(registerBytes);
  case 4:
    return isSigned ? loadFor<int32_t>(registerBytes) : loadFor<uint32_t>(registerBytes);
  default:
    return loadFor<uint64_t>(registerBytes);
  }
}

/// Decodes loads and stores. Order and scope make no difference where threads run one after the other, nor do caches.
void decodeAccess(Decoder &decoder, const Statement &statement, bool isLoad) {
  auto refuse = [&](const std::string &why) {
    failAt(statement.line, "instruction '" + std::string(statement.mnemonic) + "' " + why);
  };
  decoder.checkCount(statement, 2);
  Modifiers modifiers(statement);
  int order = modifiers.acceptOneOf({"weak", "volatile", "relaxed", isLoad ? "acquire" : "release", "mmio"});
  if (order >= 2)
    modifiers.acceptOneOf({"cta", "gpu", "sys"});
  Space space = takeAccessSpace(modifiers);
  bool isConstant = isLoad && modifiers.accept("nc");
  if (isConstant && space != Space::Global)
    refuse("is .nc and not .global");
  modifiers.acceptOneOf(isLoad ? std::initializer_list<std::string_view>{"ca", "cg", "cs", "lu", "cv"}
                               : std::initializer_list<std::string_view>{"wb", "cg", "cs", "wt"});
  modifiers.acceptOneOf(
      {"L1::evict_normal", "L1::evict_unchanged", "L1::evict_first", "L1::evict_last", "L1::no_allocate"});
  modifiers.acceptOneOf({"L2::64B", "L2::128B", "L2::256B"});
  int vector = modifiers.acceptOneOf({"v2", "v4", "v8"});
  std::string_view type = modifiers.take();
  int bytes = typeBytes("." + std::string(type));
  size_t count = vector < 0 ? 1 : size_t(2) << vector;
  if (bytes == 0 || type == "pred")
    refuse("has modifier or type '" + std::string(type) + "', which is not supported");
  modifiers.finish();
  if (count * size_t(bytes) > (decoder.program.architecture >= 100 ? 32 : 16))
    refuse("accesses more than 16 bytes, which needs sm_100");
  if (!isLoad && space == Space::Const)
    refuse("writes constant memory");

  const Operand &values = statement.operands[isLoad ? 0 : 1];
  if ((values.kind == Operand::Vector) != (vector >= 0) || (vector >= 0 && values.elements.size() != count))
    refuse("needs " + std::to_string(count) + " registers");
  // All registers must be alike, and may be wider than an integer in memory.
  int registerBytes = 0;
  Operands operands{};
  for (size_t i = 0; i < count; ++i) {
    const Operand &value = vector < 0 ? values : values.elements[i];
    if (value.kind != Operand::Register)
      continue;
    if (registerBytes && registerBytes != value.bytes)
      refuse("has registers of different types");
    registerBytes = value.bytes;
  }
  if (registerBytes == 0)
    registerBytes = std::max(bytes, 2);
  if (registerBytes < bytes || registerBytes == 1 || (type[0] == 'f' && registerBytes != bytes))
    refuse("has registers that do not fit its type");
  for (size_t i = 0; i < count; ++i) {
    const Operand &value = vector < 0 ? values : values.elements[i];
    operands[i] =
        isLoad ? decoder.destination(statement, value, registerBytes) : decoder.source(statement, value, registerBytes);
  }
  Instruction access;
  access.execute = handlerFor(type, registerBytes, isLoad);
  access.line = statement.line;
  access.operands = operands;
  access.count = uint8_t(count);
  access.readOnly = isConstant;
  decoder.address(statement, statement.operands[isLoad ? 1 : 0], space, access, 8);
  decoder.function.code.push_back(access);
}

} // namespace

void shardrt::ptx::addMemory(Decoders &decoders) {
  decoders["ld"] = [](Decoder &decoder, const Statement &statement) { decodeAccess(decoder, statement, true); };
  decoders["st"] = [](Decoder &decoder, const Statement &statement) { decodeAccess(decoder, statement, false); };
}
