//===- MpiProcess.h - This process as one of MPI's ----------------------------===//
#ifndef SHARDRT_LIB_COMM_MPIPROCESS_H
#define SHARDRT_LIB_COMM_MPIPROCESS_H

#include "comm/JobProcess.h"
#include "comm/MpiLibrary.h"

namespace shardrt {

/// MPI, begun in this process; only the thread that made the object may use it. There is one object in a process's
/// life.
class MpiProcess final : public JobProcess {
public:
  /// Opens the library and begins. Throws Error: NoDevice where the library is missing, Disagree where MPI's rank and
  /// number of processes are not the launcher's.
  explicit MpiProcess(const Launch &launch);

  int64_t rank() const override { return index; }
  int64_t size() const override { return count; }
  void broadcast(void *data, size_t bytes) override;
  void allGather(const void *mine, size_t bytes, void *all) override;

  std::string describe() const override { return library.version(); }
  std::unique_ptr<Messenger> connect(int64_t localRanks) override;
  void finish() override;

private:
  MpiLibrary library;
  int64_t index, count;

  void check(int code, const char *function) const;
};

} // namespace shardrt
#endif
