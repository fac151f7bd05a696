//===- Meeting.h - Where processes of a stub exchange bytes ----------------------------===//
#ifndef SHARDRT_TEST_STUBS_MEETING_H
#define SHARDRT_TEST_STUBS_MEETING_H

#include <cstdint>
#include <string>

namespace shardrt::stub {

/// Memory that the members of a communicator share. In each round every member posts its bytes, then reads all others'.
/// The memory has no name any more once all have come, so that nothing is left of processes that die.
class Meeting {
public:
  /// Waits for all `count` members that come under `name`. Throws std::runtime_error where they do not.
  Meeting(const std::string &name, int64_t rank, int64_t count);
  ~Meeting();
  Meeting(const Meeting &) = delete;
  Meeting &operator=(const Meeting &) = delete;

  static constexpr int64_t mostBytes = int64_t(32) << 20; ///< of one member in a round

  /// Posts this member's bytes for the next round, by `write(to)`; returns false where a member still reads those of an
  /// earlier one.
  template <typename Write> bool post(Write write) {
    char *to = findRoom();
    if (!to)
      return false;
    write(to);
    finishPost();
    return true;
  }
  /// Returns whether all members have posted theirs for the round that this one has posted last.
  bool isComplete() const;
  const char *read(int64_t member) const;
  /// This member has read what it needs.
  void finishRead();

  /// Exchanges a few bytes and waits for all.
  void exchange(const void *mine, int64_t bytes, void *all);

private:
  struct Slot;
  const int64_t rank, count;
  char *memory;
  int64_t posted = 0, consumed = 0;

  Slot &slot(int64_t member) const;
  char *room(int64_t member, int64_t round) const;
  char *findRoom();
  void finishPost();
};

} // namespace shardrt::stub
#endif
