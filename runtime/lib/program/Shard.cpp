//===- Shard.cpp - A rank's part of a parameter ---------------------------------===//

#include "program/Shard.h"

#include <limits>

using namespace shardrt;

/// Returns how many trailing dimensions the shard has whole: a run covers them and the valid part of the dimension
/// before.
static size_t countWholeDims(const Parameter &parameter, const std::vector<ShardRange> &ranges) {
  size_t whole = 0, rank = ranges.size();
  while (whole < rank && ranges[rank - 1 - whole].length == parameter.shape[rank - 1 - whole] &&
         ranges[rank - 1 - whole].local == parameter.shape[rank - 1 - whole])
    ++whole;
  return whole;
}

void shardrt::forEachRun(const Parameter &parameter, const Mesh &mesh, int64_t rank,
                         const std::function<void(const ShardRun &)> &visit) {
  size_t dims = parameter.shape.size();
  std::vector<ShardRange> ranges;
  for (size_t d = 0; d < dims; ++d) {
    ranges.push_back(shardRange(parameter.shape[d], parameter.sharding[d], mesh, rank));
    if (ranges.back().length == 0)
      return;
  }
  size_t whole = countWholeDims(parameter, ranges);
  size_t outer = dims - std::min(dims, whole + 1);
  int64_t count = 1;
  for (size_t d = outer; d < dims; ++d)
    count *= ranges[d].length;
  for (std::vector<int64_t> index(outer, 0);;) {
    ShardRun run{0, 0, count};
    for (size_t d = 0; d < dims; ++d) {
      int64_t at = d < outer ? index[d] : 0;
      run.global = run.global * parameter.shape[d] + ranges[d].begin + at;
      run.local = run.local * parameter.localShape[d] + at;
    }
    visit(run);
    size_t d = outer;
    while (d > 0 && ++index[d - 1] == ranges[d - 1].length)
      index[--d] = 0;
    if (d == 0)
      return;
  }
}

TensorPlace shardrt::placeInTensor(const Parameter &parameter, int64_t element) {
  if (!parameter.part)
    return {element, std::numeric_limits<int64_t>::max()};
  const TensorPart &part = *parameter.part;
  size_t dim = static_cast<size_t>(part.dim);
  int64_t inner = 1;
  for (size_t d = dim + 1; d < parameter.shape.size(); ++d)
    inner *= parameter.shape[d];
  int64_t row = parameter.shape[dim] * inner, within = element % row;
  return {(element / row * part.size + part.at) * inner + within, row - within};
}
