//===- Handshake.cpp - What all ranks must agree on -------------------------------===//

#include "Handshake.h"
#include "Error.h"

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

bool Agreement::shakeHands(const std::vector<Fact> &mine) {
  size_t count = mine.size(), ranks = static_cast<size_t>(world.size());
  facts.resize(count * (ranks + 1));
  for (size_t i = 0; i < count; ++i)
    facts[i] = mine[i].value;
  auto words = static_cast<int64_t>(count * sizeof(uint64_t) / sizeof(int32_t));
  segment = {0, words * int64_t(sizeof(int32_t)), 1, words, words * world.size()};
  if (!run(SHARDRT_ALL_GATHER, -1, "handshake", facts.data()))
    return false;
  const uint64_t *gathered = facts.data() + count;
  for (size_t rank = 1; rank < ranks; ++rank)
    for (size_t i = 0; i < count; ++i)
      if (gathered[rank * count + i] != gathered[i])
        fail(Exit::Disagree, "ranks disagree on the {}: rank {} has {:x}, rank 0 has {:x}", mine[i].name, rank,
             gathered[rank * count + i], gathered[i]);
  return true;
}

int32_t Agreement::maximum(int32_t value) {
  greatest = value;
  segment = {0, 0, 1, 1, 1};
  return run(SHARDRT_ALL_REDUCE, -2, "end of step", &greatest) ? greatest : -1;
}
