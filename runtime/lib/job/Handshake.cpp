//===- Handshake.cpp - What all ranks must agree on -------------------------------===//

#include "job/Handshake.h"
#include "program/Error.h"

using namespace shardrt;

/// Runs one collective of int32 over `segment` of `buffer`. The indices of the runtime's own collectives are negative.
bool Agreement::run(shardrt_collective_kind kind, int32_t index, const char *cause, void *buffer) {
  desc = {kind, SHARDRT_MAX, SHARDRT_I32, -1, index, 1, &segment, cause};
  progress.enter(desc);
  CollectiveStatus status = world.run(desc, static_cast<char *>(buffer));
  progress.leave();
  if (status == CollectiveStatus::Mismatch)
    fail(Exit::Disagree, "{}", world.explainMismatch());
  return status == CollectiveStatus::Ok;
}

/// Throws where the ranks' values of a fact, `stride` apart, are not all rank 0's: names those that differ, the first
/// of many.
static void compare(const char *name, const uint64_t *values, size_t stride, size_t ranks) {
  constexpr size_t most = 8;
  std::string others;
  size_t number = 0;
  for (size_t rank = 1; rank < ranks; ++rank)
    if (values[rank * stride] != values[0] && number++ < most)
      others += fmt::format("rank {} has {:x}, ", rank, values[rank * stride]);
  if (number > most)
    others += fmt::format("{} more have others, ", number - most);
  if (number > 0)
    fail(Exit::Disagree, "ranks disagree on the {}: {}rank 0 has {:x}", name, others, values[0]);
}

bool Agreement::shakeHands(const std::vector<Fact> &mine) {
  size_t count = mine.size(), ranks = static_cast<size_t>(world.size());
  facts.resize(count * (ranks + 1));
  for (size_t i = 0; i < count; ++i)
    facts[i] = mine[i].value;
  auto words = static_cast<int64_t>(count * sizeof(uint64_t) / sizeof(int32_t));
  segment = {0, words * int64_t(sizeof(int32_t)), 1, words, words * world.size()};
  if (!run(SHARDRT_ALL_GATHER, -1, "handshake", facts.data()))
    return false;
  for (size_t i = 0; i < count; ++i)
    compare(mine[i].name, facts.data() + count + i, count, ranks);
  return true;
}

int32_t Agreement::maximum(int32_t value) {
  greatest = value;
  segment = {0, 0, 1, 1, 1};
  return run(SHARDRT_ALL_REDUCE, -2, "end of step", &greatest) ? greatest : -1;
}
