//===- NcclReduce.h - What the stub of NCCL computes -----------------------------------===//
#ifndef SHARDRT_TEST_STUBS_NCCLREDUCE_H
#define SHARDRT_TEST_STUBS_NCCLREDUCE_H

#include <functional>
#include <nccl.h>

namespace shardrt::stub {

/// Returns the bytes of an element, or 0 for a type that the runtime does not use.
size_t elementBytes(ncclDataType_t type);

/// Writes the sum or maximum of `count` elements of `ranks` ranks, `source(rank)` each, to `to`. As a ring has it, the
/// ranks are taken in an order that begins at `first`, and sums are rounded at each.
void reduce(ncclDataType_t type, ncclRedOp_t op, int64_t ranks, int64_t first, size_t count,
            const std::function<const char *(int64_t)> &source, char *to);

} // namespace shardrt::stub
#endif
