//===- SharedMemory.h - Shared memory that catches races --------------------===//
//
// Every byte knows who wrote and who read it since the last barrier. Two threads race where one writes a byte that the other
// reads or writes with no barrier between, even if both write the same value; atomic operations do not race with each other.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_TEST_PTX_SHAREDMEMORY_H
#define SHARDRT_TEST_PTX_SHAREDMEMORY_H

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace shardrt::ptx {

enum class Access : uint8_t { Read, Write, Atomic };

class SharedMemory {
public:
  /// `variables` are offset and bytes of each; bytes between them belong to nobody.
  SharedMemory(int64_t bytes, const std::vector<std::pair<int64_t, int64_t>> &variables);

  char *data() { return contents.data(); }
  int64_t size() const { return int64_t(contents.size()); }

  /// Begins a block: nothing is initialised.
  void start() { first = ++interval; }
  /// All threads have met.
  void barrier() { ++interval; }
  /// Notes an access within bounds. Returns whether it is fine; complaint() says what is wrong with one that is not.
  bool note(unsigned thread, int64_t offset, int64_t bytes, Access access) {
    for (Byte *byte = &shadow[offset], *end = byte + bytes; byte != end; ++byte)
      if (!note(*byte, uint16_t(thread), access))
        return false;
    return true;
  }

  struct Complaint {
    const char *what;
    int otherThread; // or -1
  };
  Complaint complaint(unsigned thread, int64_t offset, int64_t bytes, Access access) const;

private:
  // A thread number; with `atomic` set, by an atomic operation; `many` for several threads.
  static constexpr uint16_t atomic = 0x8000, many = 0xffff;
  static constexpr uint32_t nobodys = ~uint32_t(0);
  struct Byte {
    uint32_t written = 0, read = 0; // the last interval between barriers in which this happened
    uint16_t writer = 0, reader = 0;
  };
  enum class Verdict { Fine, Nobodys, Uninitialised, WrittenByOther, ReadByOther };

  Verdict judge(const Byte &byte, uint16_t thread, Access access) const {
    if (byte.written == nobodys)
      return Verdict::Nobodys;
    if (access != Access::Write && byte.written < first)
      return Verdict::Uninitialised;
    if (byte.written == interval && byte.writer != thread && byte.writer != (thread | atomic) &&
        !(access == Access::Atomic && (byte.writer & atomic)))
      return Verdict::WrittenByOther;
    if (access != Access::Read && byte.read == interval && byte.reader != thread)
      return Verdict::ReadByOther;
    return Verdict::Fine;
  }
  bool note(Byte &byte, uint16_t thread, Access access) {
    if (judge(byte, thread, access) != Verdict::Fine)
      return false;
    if (access == Access::Read) {
      byte.reader = byte.read == interval && byte.reader != thread ? many : thread;
      byte.read = interval;
    } else if (access == Access::Write) {
      byte.writer = thread;
      byte.written = interval;
    } else if (byte.written != interval || byte.writer != thread) {
      bool others = byte.written == interval && byte.writer != (thread | atomic);
      byte.writer = others ? many : uint16_t(thread | atomic);
      byte.written = interval;
    }
    return true;
  }

  std::vector<char> contents;
  std::vector<Byte> shadow;
  uint32_t interval = 0, first = 0;
};

} // namespace shardrt::ptx
#endif
