//===- TcpMessenger.h - Messages by TCP ---------------------------------------------===//
#ifndef SHARDRT_LIB_COMM_TCPMESSENGER_H
#define SHARDRT_LIB_COMM_TCPMESSENGER_H

#include "comm/Bootstrap.h"
#include "comm/Messenger.h"
#include "comm/Socket.h"

#include <atomic>
#include <poll.h>

namespace shardrt {

/// Messages over a connection between any two processes of a job: what the one sends is what the other expects, byte
/// after byte.
class TcpMessenger final : public Messenger {
public:
  /// Connects all processes, which all do the same. Throws Error (PeerLost) where they do not find one another within
  /// `patience`.
  TcpMessenger(Bootstrap &bootstrap, std::chrono::milliseconds patience);

  void receive(int64_t rank, void *data, int64_t bytes) override;
  void send(int64_t rank, const void *data, int64_t bytes) override;
  bool complete() override;
  void abort() override { aborted.store(true); }
  const std::string &getFailure() const override { return failure; }

private:
  /// The connection to a rank, and what is left of the messages under way.
  struct Peer {
    Socket connection;
    char *receiving = nullptr;
    const char *sending = nullptr;
    int64_t bytesToReceive = 0, bytesToSend = 0;
  };

  std::vector<Peer> peers;    ///< by rank; this one has no connection
  std::vector<pollfd> polled; ///< those with messages under way
  std::atomic<bool> aborted{false};
  std::string failure;

  bool move(size_t rank);
  bool waitForPeers();
};

} // namespace shardrt
#endif
