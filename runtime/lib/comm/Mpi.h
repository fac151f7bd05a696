//===- Mpi.h - Messages by MPI --------------------------------------------------===//
#ifndef SHARDRT_LIB_COMM_MPI_H
#define SHARDRT_LIB_COMM_MPI_H

#include "comm/Messenger.h"
#include "comm/MpiLibrary.h"

#include <atomic>
#include <vector>

namespace shardrt {

/// Messages of a communicator of MPI's whose ranks are the job's. All waits poll, so that abort() ends them.
class MpiMessenger final : public Messenger {
public:
  /// `crowded`: this machine has more ranks than cores, so that a rank that waits must let another run.
  MpiMessenger(const MpiLibrary &library, MpiLibrary::Handle comm, int64_t ranks, bool crowded)
      : library(library), comm(comm), ranks(ranks), crowded(crowded), requests(static_cast<size_t>(2 * ranks)) {}

  void receive(int64_t rank, void *data, int64_t bytes) override;
  void send(int64_t rank, const void *data, int64_t bytes) override;
  bool complete() override;
  void abort() override { aborted.store(true); }
  const std::string &getFailure() const override { return failure; }

private:
  const MpiLibrary &library;
  const MpiLibrary::Handle comm;
  const int64_t ranks;
  const bool crowded;
  /// The messages under way: those from rank r at r, those to it at ranks + r; 0 where there is none.
  std::vector<MpiLibrary::Handle> requests;
  std::atomic<bool> aborted{false};
  std::string failure;

  bool succeeded(int code);
  void withdraw();
  void relax(int idle) const;
};

} // namespace shardrt
#endif
