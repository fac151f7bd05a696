//===- Initialise.h - Parameters from a seed ------------------------------------===//
#ifndef SHARDRT_LIB_JOB_INITIALISE_H
#define SHARDRT_LIB_JOB_INITIALISE_H

#include "program/Device.h"
#include "program/Manifest.h"
#include "program/Progress.h"

namespace shardrt {

/// Returns the standard normal number that `seed`, a parameter's name and the index of an element in the whole tensor
/// stand for.
class NormalSource {
public:
  NormalSource(uint64_t seed, const std::string &name);
  double operator[](int64_t element) const;

private:
  uint64_t key;
};

/// Writes `rank`'s shard of every parameter: normal(0, initializer_range), ones or zeros. The same on every mesh and
/// for any number of threads. Notes in `progress` that it does not stand still.
void initialise(const Manifest &manifest, uint64_t seed, int64_t rank, int64_t threads, Device &device, char *arena,
                Progress &progress);

} // namespace shardrt
#endif
