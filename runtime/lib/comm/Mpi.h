//===- Mpi.h - Ranks that are processes of MPI --------------------------------===//
#ifndef SHARDRT_LIB_COMM_MPI_H
#define SHARDRT_LIB_COMM_MPI_H

#include "Communicator.h"
#include "comm/MpiProcess.h"

#include <atomic>

namespace shardrt {

/// The groups of a job whose ranks are processes. MPI moves bytes, by calls that do not wait; sums are this runtime's own.
class MpiWorld final : public World {
public:
  /// `localRanks` processes share this machine; `stagingBytes` is what messages pass through, taken once.
  MpiWorld(const MpiProcess &process, int64_t localRanks, int64_t stagingBytes);
  ~MpiWorld() override;

  /// Returns the bytes of staging that a job of `ranks` ranks wants.
  static int64_t defaultStaging(int64_t ranks);

  std::unique_ptr<Communicator> join(int64_t rank, const std::vector<int64_t> &members) override;
  void abort() override { aborted.store(true); }

  /// Returns what MPI said when a collective returned PeerLost by itself, or an empty string after abort().
  const std::string &getFailure() const { return failure; }

private:
  friend class MpiCommunicator;

  const MpiLibrary &library;
  const MpiLibrary::Handle comm;
  const bool crowded; ///< more ranks than cores: a rank that waits must let another run
  const int64_t stagingBytes;
  std::unique_ptr<char[]> staging;
  int groups = 0; ///< joined so far; a group's messages carry its number
  std::atomic<bool> aborted{false};
  std::string failure;

  /// Returns whether `code` is success; otherwise no collective succeeds any more.
  bool succeeded(int code);
  /// Lets others run, for the longer the longer nothing has happened.
  void relax(int idle) const;
};

} // namespace shardrt
#endif
