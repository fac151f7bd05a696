//===- SharedMemory.h - Shared memory that catches races --------------------===//
//
// Two threads race where one writes a byte that the other reads or writes with no barrier between, even if both write
// the same value; atomic operations do not race with each other.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_TEST_PTX_SHAREDMEMORY_H
#define SHARDRT_TEST_PTX_SHAREDMEMORY_H

#include "ByteUse.h"

#include <cstddef>
#include <utility>
#include <vector>

namespace shardrt::ptx {

class SharedMemory {
public:
  /// `variables` are offset and bytes of each; bytes between them belong to nobody.
  SharedMemory(int64_t bytes, const std::vector<std::pair<int64_t, int64_t>> &variables);

  char *data() { return contents.data(); }
  int64_t size() const { return int64_t(contents.size()); }

  /// Returns what is wrong with the access of a byte, and who used it before.
  std::pair<Verdict, uint16_t> judge(int64_t offset, uint16_t thread, Access access, Interval interval) const;

  /// Notes an access within bounds. Returns false if something is wrong with it.
  bool note(int64_t offset, int64_t bytes, uint16_t thread, Access access, Interval interval) {
    for (int64_t i = offset; i < offset + bytes; ++i) {
      if (judge(i, thread, access, interval).first != Verdict::Fine)
        return false;
      uses[size_t(i)].record(thread, access, interval);
    }
    return true;
  }

private:
  static constexpr uint32_t nobodys = ~uint32_t(0);
  std::vector<char> contents;
  std::vector<ByteUse> uses;
};

inline std::pair<Verdict, uint16_t> SharedMemory::judge(int64_t offset, uint16_t thread, Access access,
                                                        Interval interval) const {
  const ByteUse &use = uses[size_t(offset)];
  if (use.written == nobodys)
    return {Verdict::Nobodys, ByteUse::many};
  if (access != Access::Write && use.written < interval.first)
    return {Verdict::Uninitialised, ByteUse::many};
  if (use.writtenByOther(thread, interval) && !(access == Access::Atomic && use.writtenAtomically()))
    return {Verdict::WrittenByOther, use.writer};
  if (access != Access::Read && use.readByOther(thread, interval))
    return {Verdict::ReadByOther, use.reader};
  return {Verdict::Fine, 0};
}

} // namespace shardrt::ptx
#endif
