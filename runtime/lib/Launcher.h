//===- Launcher.h - Who started this process, and as which of how many --------------===//
#ifndef SHARDRT_LIB_LAUNCHER_H
#define SHARDRT_LIB_LAUNCHER_H

#include <cstdint>
#include <optional>
#include <string>

namespace shardrt {

/// This process as one of several that a launcher has started, one for each rank of the program.
struct Launch {
  std::string launcher;     ///< `torchrun`, `mpirun (Open MPI)`, ...
  std::string sizeVariable; ///< the variable that `size` was read from
  int64_t rank, size;
  bool firstOnMachine; ///< whether no process of this machine has a lower rank; true where the launcher does not say

  /// Returns a text such as `mpirun (Open MPI) says rank 1 of 4`.
  std::string describe() const;
};

/// Reads the variables of torchrun, Open MPI, PMI and Slurm, in this order, and returns what the first says that started more
/// than one process; nothing where none did: all ranks are threads then. Throws Error (Disagree) where variables contradict one
/// another or are no numbers.
std::optional<Launch> findLauncher();

} // namespace shardrt
#endif
