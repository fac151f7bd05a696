//===- GlobalLog.h - Races in global memory ---------------------------------===//
//
// Blocks run one after another here and at once on a GPU, so nothing orders what two blocks do with a byte; within a
// block, barriers do. Atomic operations race with what is written by others, but not with what is read: a loop of
// compare and swap begins with a plain load.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_TEST_PTX_GLOBALLOG_H
#define SHARDRT_TEST_PTX_GLOBALLOG_H

#include "ByteUse.h"

#include <array>
#include <memory>
#include <unordered_map>
#include <utility>

namespace shardrt::ptx {

/// Who used the bytes of global memory in a launch.
class GlobalLog {
public:
  /// Notes an access. Returns what is wrong with it, and who used the byte before. `constant` says that the access
  /// wants memory that nobody writes in the launch.
  std::pair<Verdict, uint16_t> note(uint64_t address, int64_t bytes, uint16_t thread, Access access, bool constant,
                                    Interval interval);

private:
  static constexpr uint64_t pageBytes = 4096;
  struct Byte {
    ByteUse use;
    bool readByBlocks = false; // by more than the block of `use.read`
  };
  using Page = std::array<Byte, pageBytes>;
  Verdict judge(const Byte &byte, uint16_t thread, Access access, bool constant, Interval interval) const;

  std::unordered_map<uint64_t, std::unique_ptr<Page>> pages;
  uint64_t recent = ~uint64_t(0);
  Page *recentPage = nullptr;
};

} // namespace shardrt::ptx
#endif
