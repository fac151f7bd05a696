//===- SharedMemory.cpp - Shared memory that catches races ------------------===//

#include "SharedMemory.h"

using namespace shardrt::ptx;

SharedMemory::SharedMemory(int64_t bytes, const std::vector<std::pair<int64_t, int64_t>> &variables)
    : contents(size_t(bytes), char(0xcd)), shadow(size_t(bytes), Byte{nobodys, 0, 0, 0}) {
  for (auto [offset, length] : variables)
    for (int64_t i = offset; i < offset + length && i < bytes; ++i)
      shadow[size_t(i)] = Byte();
}

SharedMemory::Complaint SharedMemory::complaint(unsigned thread, int64_t offset, int64_t bytes, Access access) const {
  for (int64_t i = offset; i < offset + bytes; ++i) {
    const Byte &byte = shadow[size_t(i)];
    auto who = [](uint16_t thread) { return thread == many ? -1 : int(thread & ~atomic); };
    switch (judge(byte, uint16_t(thread), access)) {
    case Verdict::Fine:
      break;
    case Verdict::Nobodys:
      return {"outside of every variable", -1};
    case Verdict::Uninitialised:
      return {"which nothing has written", -1};
    case Verdict::WrittenByOther:
      return {"which another thread has written since the last barrier", who(byte.writer)};
    case Verdict::ReadByOther:
      return {"which another thread has read since the last barrier", who(byte.reader)};
    }
  }
  return {"", -1};
}
