//===- Carries.cpp - Arithmetic of integers of several registers ------------===//
//
// add.cc and its like leave a carry (of differences, a borrow) that addc and its like take.
//
//===------------------------------------------------------------------------===//

#include "Rows.h"

using namespace shardrt::ptx;

namespace {

enum class Sum { Add, Subtract, MultiplyLow, MultiplyHigh };

template <typename U> U high(U a, U b, bool isSigned) {
  unsigned __int128 product = isSigned
                                  ? (unsigned __int128)(__int128(std::make_signed_t<U>(a)) * std::make_signed_t<U>(b))
                                  : (unsigned __int128)(a)*b;
  return U(product >> 8 * sizeof(U));
}

/// Operands: d, a, b, and c of products.
template <Sum sum, typename U, bool isSigned, bool takes, bool leaves>
void execute(Block &block, const Instruction &instruction) {
  U *d = block.reg<U>(instruction.operands[0]);
  const U *a = block.reg<U>(instruction.operands[1]), *b = block.reg<U>(instruction.operands[2]),
          *c = block.reg<U>(instruction.operands[3]);
  uint8_t *carry = block.reg<uint8_t>(carryRegister);
  for (unsigned thread : block.running) {
    using Wide = unsigned __int128;
    Wide in = takes ? carry[thread] & 1 : 0, result;
    switch (sum) {
    case Sum::Add:
      result = Wide(a[thread]) + b[thread] + in;
      break;
    case Sum::Subtract:
      result = Wide(a[thread]) - b[thread] - in;
      break;
    case Sum::MultiplyLow:
      result = Wide(U(Wide(a[thread]) * b[thread])) + c[thread] + in;
      break;
    case Sum::MultiplyHigh:
      result = Wide(high(a[thread], b[thread], isSigned)) + c[thread] + in;
      break;
    }
    d[thread] = U(result);
    if (leaves)
      carry[thread] = uint8_t(result >> 8 * sizeof(U) & 1);
  }
}

template <Sum sum, typename U, bool isSigned> void add(Table &table, const std::string &name, const std::string &half) {
  const std::string type = (isSigned ? ".s" : ".u") + std::to_string(8 * sizeof(U));
  std::vector<int> bytes(half.empty() ? 3 : 4, sizeof(U));
  table[name + half + ".cc" + type] = {execute<sum, U, isSigned, false, true>, bytes};
  table[name + "c" + half + type] = {execute<sum, U, isSigned, true, false>, bytes};
  table[name + "c" + half + ".cc" + type] = {execute<sum, U, isSigned, true, true>, bytes};
}

template <typename U, bool isSigned> void addAll(Table &table) {
  add<Sum::Add, U, isSigned>(table, "add", "");
  add<Sum::Subtract, U, isSigned>(table, "sub", "");
  add<Sum::MultiplyLow, U, isSigned>(table, "mad", ".lo");
  add<Sum::MultiplyHigh, U, isSigned>(table, "mad", ".hi");
}

} // namespace

void shardrt::ptx::addCarries(Table &table) {
  addAll<uint32_t, false>(table);
  addAll<uint32_t, true>(table);
  addAll<uint64_t, false>(table);
  addAll<uint64_t, true>(table);
}
