//===- Rows.h - Rows of the table from functions of one thread's values -----===//

#ifndef SHARDRT_TEST_PTX_ROWS_H
#define SHARDRT_TEST_PTX_ROWS_H

#include "Block.h"
#include "Decoder.h"
#include "Numbers.h"

#include <utility>

namespace shardrt::ptx {

/// The handler and operands of a function of values, e.g. a lambda that takes two floats and returns one.
template <auto function, typename Type> struct RowOf;
template <auto function, typename Result, typename... Args> struct RowOf<function, Result (*)(Args...)> {
  static void execute(Block &block, const Instruction &instruction) {
    apply(block, instruction, std::index_sequence_for<Args...>());
  }
  template <size_t... index>
  static void apply(Block &block, const Instruction &instruction, std::index_sequence<index...>) {
    Result *result = block.reg<Result>(instruction.operands[0]);
    std::tuple<const Args *...> args{block.reg<Args>(instruction.operands[1 + index])...};
    block.forEach([=](unsigned thread) { result[thread] = function(std::get<index>(args)[thread]...); });
  }
  static Row row() { return {execute, {int(sizeof(Result)), int(sizeof(Args))...}}; }
};

/// Adds an instruction that computes `function`, a lambda without captures, for each thread. Predicates are bool.
template <auto function> void addRow(Table &table, const std::string &name) {
  table[name] = RowOf<function, decltype(+function)>::row();
}

/// Calls `use` with each name that begins with one of `prefixes` and ends with one of `suffixes`.
inline std::vector<std::string> names(const std::string &base, std::initializer_list<const char *> middles,
                                      std::initializer_list<const char *> ends) {
  std::vector<std::string> all;
  for (const char *middle : middles)
    for (const char *end : ends)
      all.push_back(base + middle + end);
  return all;
}
template <auto function> void addRows(Table &table, const std::vector<std::string> &names) {
  for (const std::string &name : names)
    addRow<function>(table, name);
}

} // namespace shardrt::ptx
#endif
