//===- Program.h - Decoded PTX ----------------------------------------------===//
//
// A register is an array over the threads of a block. So are constants and special registers (%tid.x): whatever an
// instruction reads is an array, named by its offset in the bytes of registers that one thread has. Each function has
// its own registers, parameters and local memory, since functions do not call themselves.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_TEST_PTX_PROGRAM_H
#define SHARDRT_TEST_PTX_PROGRAM_H

#include "Machine.h"

#include <array>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace shardrt::ptx {

class Block;
struct Instruction;
/// Executes an instruction for the running threads of a block.
using Handler = void (*)(Block &, const Instruction &);

/// Where an address points. Entry parameters are of the launch; parameters of calls are in local memory.
enum class Space : uint8_t { Generic, Global, Shared, Local, Const, Param };

/// Registers of an instruction.
using Operands = std::array<uint32_t, 15>;

struct Instruction {
  Handler execute = nullptr;
  uint32_t line = 0;
  Operands operands{};   // destinations first
  int64_t immediate = 0; // displacement of an address, target of a branch, index of a call: what the handler says
  Space space = Space::Generic;
  uint8_t count = 1; // elements of a vector
  uint8_t mode = 0;  // what the handler says
  bool readOnly = false;
};

/// What an address or constant is relative to; known only in a launch.
enum class Base : uint8_t { None, Globals, Constants, DynamicShared };

/// A register that has the same value in every thread from the start.
struct Constant {
  uint32_t reg;
  uint8_t bytes;
  uint64_t value;
  Base base;
};

/// A variable with an address: a parameter, or memory in one of the spaces.
struct Variable {
  Space space = Space::Generic;
  int64_t offset = 0, bytes = 0, align = 1;
  Base base = Base::None;
};

/// Bytes of a variable's initial value that are an address.
struct Relocation {
  int64_t offset; // in Program::globals or Program::constants
  bool inConstants;
  Base base;
  int64_t value;
};

/// A call: what is copied between the parameters of caller and callee, all in local memory.
struct Call {
  struct Copy {
    int64_t from, to, bytes;
  };
  std::string callee;
  uint32_t line = 0;
  std::vector<Copy> arguments, results;
  int64_t returnTo = 0, target = 0; // of code; the latter once linked
  uint32_t returnRegister = 0;      // of the callee
};

/// Where shared variables are: offset and bytes of each. Nobody touches what is between them.
struct SharedLayout {
  std::vector<std::pair<int64_t, int64_t>> variables;
  int64_t end = 0;
};

struct Function {
  std::string name;
  bool isEntry = false, isDefined = false;
  std::vector<Variable> params, results;
  std::array<uint32_t, 3> requiredBlock{}; // .reqntid, or zeros
  uint32_t maxThreads = 0;                 // .maxntid, or 0
  int64_t start = 0;                       // in Program::code, once linked
  uint32_t firstRegister = 0, lastRegister = 0;
  uint32_t returnRegister = 0; // which call to return from: its index in Program::calls
  SharedLayout shared;         // its own shared variables
  int64_t paramBytes = 0;      // of an entry
  std::vector<Constant> constants;
  std::vector<Instruction> code;      // moves to Program::code
  std::vector<size_t> branches;       // instructions whose immediate is an index in `code`
  std::vector<size_t> callees;        // calls made, in Program::calls
  size_t firstJump = 0, lastJump = 0; // its targets in Program::jumps
};

/// Special registers: 4 bytes each, at the start of the registers, in this order.
enum class Special : uint32_t {
  TidX,
  TidY,
  TidZ,
  NtidX,
  NtidY,
  NtidZ,
  CtaidX,
  CtaidY,
  CtaidZ,
  NctaidX,
  NctaidY,
  NctaidZ,
  LaneId,
  WarpId,
  NwarpId,
  LaneEq,
  LaneLt,
  LaneLe,
  LaneGt,
  LaneGe,
  DynamicSharedBytes,
  TotalSharedBytes,
  Count
};

/// Holds the carry of add.cc and its like, in a byte.
inline constexpr uint32_t carryRegister = 4 * uint32_t(Special::Count);

struct Program {
  std::string text;
  int architecture = 0; // 90 for sm_90
  std::vector<std::string_view> lines;
  std::map<std::string, Function, std::less<>> functions;
  std::vector<Instruction> code;
  std::vector<Call> calls;
  std::vector<int64_t> jumps; // targets of indexed branches
  uint32_t registerBytes = carryRegister + 1;
  int64_t localBytes = 0;
  std::vector<char> globals, constants; // initial values
  std::vector<Relocation> relocations;
  SharedLayout shared; // variables that do not belong to one entry
};

/// Fails with "line N: " and a sentence.
[[noreturn]] inline void failAt(uint32_t line, const std::string &sentence) {
  throw std::runtime_error("line " + std::to_string(line) + ": " + sentence);
}

} // namespace shardrt::ptx
#endif
