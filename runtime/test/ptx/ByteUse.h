//===- ByteUse.h - Who used a byte ------------------------------------------===//
//
// Time is counted in intervals between barriers, of blocks and of warps, over all blocks of a launch, from 1 on. A
// thread is known by its index in the block.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_TEST_PTX_BYTEUSE_H
#define SHARDRT_TEST_PTX_BYTEUSE_H

#include <cstdint>

namespace shardrt::ptx {

enum class Access : uint8_t { Read, Write, Atomic };

/// What is wrong with an access, if anything. Others are threads of the same block, since the last barrier of both.
enum class Verdict : uint8_t {
  Fine,
  Nobodys,
  Uninitialised,
  WrittenByOther,
  ReadByOther,
  WrittenByBlock,
  ReadByBlock,
  NotConstant
};

/// The present for one thread.
struct Interval {
  uint32_t now = 0, first = 0;  // the first one of this block
  uint32_t block = 0, warp = 0; // since the last barrier of the block, and of the thread's warp

  /// Returns since when what `other` did is not known to be done.
  uint32_t since(uint16_t thread, uint16_t other) const { return thread / 32 == (other & 0x7fff) / 32 ? warp : block; }
};

struct ByteUse {
  // With `atomic`, the writer used an atomic operation; `many` are several threads.
  static constexpr uint16_t atomic = 0x8000, many = 0xffff;

  uint32_t written = 0, read = 0; // the last interval in which this happened, 0 for never
  uint16_t writer = 0, reader = 0;

  bool writtenByOther(uint16_t thread, Interval interval) const {
    return written >= interval.since(thread, writer) && writer != thread && writer != (thread | atomic);
  }
  bool readByOther(uint16_t thread, Interval interval) const {
    return read >= interval.since(thread, reader) && reader != thread;
  }
  bool writtenAtomically() const { return writer & atomic; }

  void record(uint16_t thread, Access access, Interval interval) {
    if (access == Access::Read) {
      reader = readByOther(thread, interval) ? many : thread;
      read = interval.now;
    } else if (access == Access::Write) {
      writer = thread;
      written = interval.now;
    } else if (written < interval.block || writer != thread) {
      writer = writtenByOther(thread, interval) ? many : uint16_t(thread | atomic);
      written = interval.now;
    }
  }
};

} // namespace shardrt::ptx
#endif
