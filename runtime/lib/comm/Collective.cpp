//===- Collective.cpp - What all communicators share --------------------------===//

#include "comm/Collective.h"

#include <fmt/format.h>
#include <tuple>
#include <xxhash.h>

using namespace shardrt;

CollectiveRecord::CollectiveRecord(const shardrt_collective_desc &desc)
    : kind(desc.kind), reduction(desc.reduction), dtype(desc.dtype), group(desc.group), index(desc.index),
      segments(desc.num_segments), elements(0), shape(0), cause{} {
  for (int32_t i = 0; i < desc.num_segments; ++i) {
    const shardrt_segment &segment = desc.segments[i];
    const int64_t sizes[] = {segment.outer, segment.part, segment.total};
    shape = XXH3_64bits_withSeed(sizes, sizeof sizes, shape);
    elements += segment.outer * segment.total;
  }
  strncpy(cause, desc.cause ? desc.cause : "no cause", sizeof cause - 1);
}

bool CollectiveRecord::agreesWith(const CollectiveRecord &other) const {
  auto key = [](const CollectiveRecord &r) {
    return std::tuple(r.kind, r.reduction, r.dtype, r.group, r.index, r.segments, r.elements, r.shape);
  };
  return key(*this) == key(other);
}

std::string CollectiveRecord::describe() const {
  static constexpr const char *kinds[] = {"all_reduce", "all_gather", "reduce_scatter"};
  static constexpr const char *dtypes[] = {"float32", "float64", "int32", "bfloat16"};
  return fmt::format("{} #{} of {} {} ({})", kinds[kind], index, elements, dtypes[dtype], cause);
}

std::string shardrt::findMismatch(std::span<const int64_t> members, std::span<const CollectiveRecord> records) {
  for (size_t peer = 1; peer < records.size(); ++peer)
    if (!records[0].agreesWith(records[peer]))
      return fmt::format("ranks {} and {} disagree: rank {} is at {}, rank {} at {}", members[0], members[peer],
                         members[0], records[0].describe(), members[peer], records[peer].describe());
  return "";
}
