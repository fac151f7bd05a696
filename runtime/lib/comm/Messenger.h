//===- Messenger.h - Messages between the processes of a job ------------------------===//
#ifndef SHARDRT_LIB_COMM_MESSENGER_H
#define SHARDRT_LIB_COMM_MESSENGER_H

#include <cstdint>
#include <string>

namespace shardrt {

/// Moves bytes between two ranks, for the thread that made it. Messages from one rank to another arrive in the order in
/// which they were sent. All begin without waiting, one at most from and one to each rank, and complete() waits for
/// them.
class Messenger {
public:
  virtual ~Messenger() = default;

  virtual void receive(int64_t rank, void *data, int64_t bytes) = 0;
  virtual void send(int64_t rank, const void *data, int64_t bytes) = 0;

  /// Waits for all messages under way. Returns false after abort(), or where one of them cannot arrive: then they are
  /// forgotten, their memory may go away, and it returns false from then on.
  virtual bool complete() = 0;

  /// Makes complete() return false, now and later. Any thread may call it.
  virtual void abort() = 0;

  /// Returns what made complete() return false by itself, or an empty string.
  virtual const std::string &getFailure() const = 0;
};

} // namespace shardrt
#endif
