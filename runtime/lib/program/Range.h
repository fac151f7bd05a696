//===- Range.h - Named stretches of a thread's time, for profilers --------------===//
#ifndef SHARDRT_LIB_PROGRAM_RANGE_H
#define SHARDRT_LIB_PROGRAM_RANGE_H

namespace shardrt {

/// A stretch of the calling thread's time, from the object's begin to its end, for profilers that follow NVTX. Without
/// one it is nothing, as where the runtime was built without NVTX's headers. Ranges of a thread nest.
class Range {
public:
  explicit Range(const char *name);
  ~Range();
  Range(const Range &) = delete;
  Range &operator=(const Range &) = delete;
};

} // namespace shardrt
#endif
