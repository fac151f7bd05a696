//===- AsyncCopies.h - Copies to shared memory that arrive later ------------===//
#ifndef SHARDRT_TEST_PTX_ASYNCCOPIES_H
#define SHARDRT_TEST_PTX_ASYNCCOPIES_H

#include <array>
#include <cstdint>
#include <vector>

namespace shardrt::ptx {

/// The copies of a block's threads that are under way. A copy arrives at the last moment, when its thread waits for it;
/// until then its bytes are all ones, which is no number. It counts as a write when it starts and when it arrives.
struct AsyncCopies {
  struct Copy {
    uint16_t thread;
    uint8_t bytes;
    uint32_t group;
    int64_t offset; ///< in shared memory
    std::array<char, 16> contents;
  };
  std::vector<Copy> underWay;
  std::array<uint32_t, 1024> groups{}; ///< that each thread has closed
};

} // namespace shardrt::ptx
#endif
