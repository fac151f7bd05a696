//===- Launcher.h - Who started this process, and as which of how many --------------===//
#ifndef SHARDRT_LIB_COMM_LAUNCHER_H
#define SHARDRT_LIB_COMM_LAUNCHER_H

#include <cstdint>
#include <optional>
#include <string>

namespace shardrt {

/// Where the processes of a job meet by TCP: rank 0 listens there.
struct Meeting {
  std::string host;
  uint16_t port;
  std::string job; ///< what the launcher calls the job, the same for all its processes
};

/// This process as one of several that a launcher has started, one for each rank of the program.
struct Launch {
  std::string launcher;     ///< `torchrun`, `mpirun (Open MPI)`, ...
  std::string sizeVariable; ///< the variable that `size` was read from
  int64_t rank, size;
  std::optional<int64_t> localRank = std::nullopt; ///< among the processes of this machine
  std::optional<Meeting> meeting = std::nullopt;   ///< none: they meet through MPI

  /// Returns whether no process of this machine has a lower rank; true where the launcher does not say.
  bool isFirstOnMachine() const { return localRank.value_or(0) == 0; }

  /// Returns a text such as `mpirun (Open MPI) says rank 1 of 4`.
  std::string describe() const;
};

/// Reads the variables of torchrun, Open MPI, PMI and Slurm, in this order, and returns what the first says that
/// started more than one process; nothing where none did: all ranks are threads then. Processes of torchrun and of srun
/// meet where MASTER_ADDR and MASTER_PORT say, if both are set. Throws Error (Disagree) where variables contradict one
/// another or are no numbers.
std::optional<Launch> findLauncher();

} // namespace shardrt
#endif
