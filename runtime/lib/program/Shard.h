//===- Shard.h - A rank's part of a parameter -----------------------------------===//
#ifndef SHARDRT_LIB_PROGRAM_SHARD_H
#define SHARDRT_LIB_PROGRAM_SHARD_H

#include "program/Manifest.h"

#include <functional>

namespace shardrt {

/// A run of elements that are neighbours both in the whole tensor and in the shard: first element in each, and how
/// many.
struct ShardRun {
  int64_t global;
  int64_t local;
  int64_t count;
};

/// Calls `visit` on the longest runs that make up the valid elements of `rank`'s shard, in order.
void forEachRun(const Parameter &parameter, const Mesh &mesh, int64_t rank,
                const std::function<void(const ShardRun &)> &visit);

/// An element of the tensor that a checkpoint keeps a parameter in, and how many elements from it on are the
/// parameter's.
struct TensorPlace {
  int64_t first;
  int64_t count;
};

/// Returns the place of a parameter's element in the tensor that it is a part of, or is.
TensorPlace placeInTensor(const Parameter &parameter, int64_t element);

} // namespace shardrt
#endif
