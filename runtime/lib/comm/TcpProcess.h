//===- TcpProcess.h - This process as one of a job's, by TCP --------------------------===//
//
// Rank 0 listens where the launcher says that processes meet, and all others connect to it: a star, over which a few
// bytes are exchanged at start. Messages between any two ranks go over connections of their own.
//
//===------------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_COMM_TCPPROCESS_H
#define SHARDRT_LIB_COMM_TCPPROCESS_H

#include "comm/Doorway.h"
#include "comm/JobProcess.h"

namespace shardrt {

class TcpProcess final : public JobProcess {
public:
  /// `launch` says where to meet. Throws Error (PeerLost) where not all have come when `patience` ends.
  TcpProcess(const Launch &launch, std::chrono::milliseconds patience);

  int64_t rank() const override { return index; }
  int64_t size() const override { return count; }
  void broadcast(void *data, size_t bytes) override;
  void allGather(const void *mine, size_t bytes, void *all) override;

  std::string describe() const override;
  std::unique_ptr<Messenger> connect(int64_t localRanks) override;
  void finish() override;

private:
  const int64_t index, count;
  const std::chrono::milliseconds patience;
  std::string place;        ///< where rank 0 listens, such as `n3 port 29500`
  std::vector<Socket> star; ///< on rank 0 the connections to ranks 1, 2, ...; on another rank the one to rank 0

  void gatherOthers(const Meeting &meeting, const Member &self);
  void findFirst(const Meeting &meeting, const Member &self);
  void send(size_t connection, const void *data, size_t bytes);
  void receive(size_t connection, void *data, size_t bytes);
  [[noreturn]] void lose(size_t connection) const;
};

} // namespace shardrt
#endif
