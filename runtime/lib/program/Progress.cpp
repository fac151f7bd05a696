//===- Progress.cpp - How far a rank has come ---------------------------------===//

#include "program/Progress.h"

#include <fmt/format.h>

using namespace shardrt;

std::string ProgressSnapshot::describeCollective() const {
  static constexpr const char *kinds[] = {"all_reduce", "all_gather", "reduce_scatter"};
  std::string_view why(cause, strnlen(cause, sizeof cause));
  if (entered == 0)
    return "the first collective";
  const char *what = kind >= 0 && kind < 3 ? kinds[kind] : "collective";
  return index < 0 ? fmt::format("{} ({})", what, why) : fmt::format("{} #{} ({})", what, index, why);
}

std::string ProgressSnapshot::describePlace() const {
  std::string when = step < 0 ? "before the first step" : fmt::format("at step {}", step);
  return fmt::format("{}, {} {}", when, entered == 0 ? "before" : inside ? "in" : "after", describeCollective());
}
