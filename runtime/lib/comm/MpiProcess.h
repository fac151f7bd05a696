//===- MpiProcess.h - This process as one of MPI's ----------------------------===//
#ifndef SHARDRT_LIB_COMM_MPIPROCESS_H
#define SHARDRT_LIB_COMM_MPIPROCESS_H

#include "Bootstrap.h"
#include "Launcher.h"
#include "comm/MpiLibrary.h"

namespace shardrt {

/// MPI, begun in this process; only the thread that made the object may use it. There is one object in a process's life.
class MpiProcess final : public Bootstrap {
public:
  /// Opens the library and begins. Throws Error: NoDevice where the library is missing, Disagree where MPI's rank and number of
  /// processes are not the launcher's.
  explicit MpiProcess(const Launch &launch);

  int64_t rank() const override { return index; }
  int64_t size() const override { return count; }
  void broadcast(void *data, size_t bytes) override;
  void allGather(const void *mine, size_t bytes, void *all) override;

  const MpiLibrary &getLibrary() const { return library; }
  /// Returns a communicator of all processes whose messages meet no others'. Throws Error (PeerLost).
  MpiLibrary::Handle duplicateWorld() const;
  /// Ends MPI, when all processes have come. A process that fails leaves without.
  void finish();

private:
  MpiLibrary library;
  int64_t index, count;

  void check(int code, const char *function) const;
};

} // namespace shardrt
#endif
