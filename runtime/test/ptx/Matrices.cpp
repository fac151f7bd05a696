//===- Matrices.cpp - mma and ldmatrix --------------------------------------===//
//
// The lanes of a warp hold a matrix together. With row = lane / 4 and column = 2 * (lane % 4), a register of an 8 x 8
// matrix of 16-bit numbers has the elements (row, column) and (row, column + 1); larger operands are made of several
// such registers.
//
//===------------------------------------------------------------------------===//

#include "Access.h"
#include "Numbers.h"
#include "Warps.h"

#include <cstring>

using namespace shardrt::ptx;

namespace {

/// Waits until whole warps are here. Returns whether some are.
bool meetWarps(Block &block, uint32_t maskRegister) {
  if (!meet(block, maskRegister))
    return false;
  if (block.threadCount % 32)
    block.fault(block.running.front(),
                "needs whole warps, and the block has " + std::to_string(block.threadCount) + " threads");
  return true;
}

/// d[16, 8] = a[16, 16] b[16, 8] + c[16, 8] of bf16, with sums in float32. Operands: four registers each of d and a,
/// two of b, four of c, the mask. A GPU adds the products of a row in an order that it does not say; here they are
/// added exactly.
void multiply(Block &block, const Instruction &instruction) {
  if (!meetWarps(block, instruction.operands[14]))
    return;
  auto element = [&](uint32_t reg, unsigned thread, int half) {
    uint32_t pair = block.reg<uint32_t>(reg)[thread];
    return value(Bfloat{uint16_t(half ? pair >> 16 : pair)});
  };
  block.forEachWarp([&](size_t begin, size_t) {
    unsigned first = block.running[begin];
    double a[16][16], b[16][8], sums[16][8];
    for (unsigned lane = 0; lane < 32; ++lane) {
      unsigned row = lane / 4, column = lane % 4 * 2;
      for (unsigned i = 0; i < 4; ++i)
        for (unsigned half = 0; half < 2; ++half) {
          a[row + i % 2 * 8][column + i / 2 * 8 + half] = element(instruction.operands[4 + i], first + lane, int(half));
          sums[row + i / 2 * 8][column + i % 2] = block.reg<float>(instruction.operands[10 + i])[first + lane];
          if (i < 2)
            b[column + i * 8 + half][row] = element(instruction.operands[8 + i], first + lane, int(half));
        }
    }
    for (unsigned row = 0; row < 16; ++row)
      for (unsigned k = 0; k < 16; ++k)
        for (unsigned column = 0; column < 8; ++column)
          sums[row][column] += a[row][k] * b[k][column];
    for (unsigned lane = 0; lane < 32; ++lane)
      for (unsigned i = 0; i < 4; ++i)
        block.reg<float>(instruction.operands[i])[first + lane] =
            float(sums[lane / 4 + i / 2 * 8][lane % 4 * 2 + i % 2]);
  });
}

void decodeMultiply(Decoder &decoder, const Statement &statement) {
  if (statement.mnemonic != "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32")
    failAt(statement.line, "instruction '" + std::string(statement.mnemonic) + "' is not supported");
  decoder.checkCount(statement, 4);
  Operands operands{};
  size_t at = 0;
  const size_t counts[] = {4, 4, 2, 4};
  for (size_t i = 0; i < 4; ++i) {
    const Operand &vector = statement.operands[i];
    if (vector.kind != Operand::Vector || vector.elements.size() != counts[i])
      failAt(statement.line, "operand " + std::to_string(i + 1) + " of instruction '" +
                                 std::string(statement.mnemonic) + "' needs " + std::to_string(counts[i]) +
                                 " registers");
    for (const Operand &element : vector.elements)
      operands[at++] = i == 0 ? decoder.destination(statement, element, 4) : decoder.source(statement, element, 4);
  }
  operands[at] = decoder.constant(4, ~uint32_t(0));
  decoder.emit(multiply, statement).operands = operands;
}

/// Loads four 8 x 8 matrices, whose rows lanes 8 i to 8 i + 7 point to; `mode` says whether to transpose them.
/// Operands: the four registers, the mask, and the address in the last.
constexpr size_t addressSlot = 8;
void loadMatrices(Block &block, const Instruction &instruction) {
  if (!meetWarps(block, instruction.operands[4]))
    return;
  locate(block, instruction, addressSlot, 16, Access::Read);
  block.forEachWarp([&](size_t begin, size_t) {
    unsigned first = block.running[begin];
    for (unsigned matrix = 0; matrix < 4; ++matrix) {
      uint16_t elements[8][8];
      for (unsigned row = 0; row < 8; ++row)
        std::memcpy(elements[row], block.places[first + 8 * matrix + row], 16);
      uint32_t *to = block.reg<uint32_t>(instruction.operands[matrix]);
      for (unsigned lane = 0; lane < 32; ++lane) {
        unsigned row = lane / 4, column = lane % 4 * 2;
        to[first + lane] = instruction.mode ? elements[column][row] | uint32_t(elements[column + 1][row]) << 16
                                            : elements[row][column] | uint32_t(elements[row][column + 1]) << 16;
      }
    }
  });
}

void decodeLoadMatrices(Decoder &decoder, const Statement &statement) {
  bool isTransposed = statement.mnemonic == "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16";
  if (!isTransposed && statement.mnemonic != "ldmatrix.sync.aligned.m8n8.x4.shared.b16")
    failAt(statement.line, "instruction '" + std::string(statement.mnemonic) + "' is not supported");
  decoder.checkCount(statement, 2);
  const Operand &results = statement.operands[0];
  if (results.kind != Operand::Vector || results.elements.size() != 4)
    failAt(statement.line, "instruction '" + std::string(statement.mnemonic) + "' needs 4 registers");
  Instruction load;
  load.execute = loadMatrices;
  load.line = statement.line;
  for (size_t i = 0; i < 4; ++i)
    load.operands[i] = decoder.destination(statement, results.elements[i], 4);
  load.operands[4] = decoder.constant(4, ~uint32_t(0));
  load.mode = isTransposed;
  decoder.address(statement, statement.operands[1], Space::Shared, load, addressSlot);
  decoder.function.code.push_back(load);
}

} // namespace

void shardrt::ptx::addMatrices(Decoders &decoders) {
  decoders["mma"] = decodeMultiply;
  decoders["ldmatrix"] = decodeLoadMatrices;
}
