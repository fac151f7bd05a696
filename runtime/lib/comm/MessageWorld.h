//===- MessageWorld.h - Ranks that are processes ------------------------------------===//
#ifndef SHARDRT_LIB_COMM_MESSAGEWORLD_H
#define SHARDRT_LIB_COMM_MESSAGEWORLD_H

#include "comm/Messenger.h"
#include "program/Communicator.h"

namespace shardrt {

/// The groups of a job whose ranks are processes. A messenger moves bytes; sums are this runtime's own.
class MessageWorld final : public World {
public:
  /// `stagingBytes` is what messages pass through, taken once.
  MessageWorld(std::unique_ptr<Messenger> messenger, int64_t stagingBytes);
  ~MessageWorld() override;

  /// Returns the bytes of staging that a job of `ranks` ranks wants.
  static int64_t defaultStaging(int64_t ranks);

  std::unique_ptr<Communicator> join(int64_t rank, const std::vector<int64_t> &members) override;
  void abort() override { messenger->abort(); }

  /// Returns why a collective returned PeerLost by itself, or an empty string after abort().
  const std::string &getFailure() const { return messenger->getFailure(); }

private:
  friend class MessageCommunicator;

  const std::unique_ptr<Messenger> messenger;
  const int64_t stagingBytes;
  std::unique_ptr<char[]> staging;
};

} // namespace shardrt
#endif
