//===- Host.h - The machine and the launcher that shard-run finds itself under -----===//
#ifndef SHARDRT_LIB_HOST_H
#define SHARDRT_LIB_HOST_H

#include "Manifest.h"

namespace shardrt {

/// Throws Error (NoDevice) where this CPU lacks an instruction set that the program was compiled for.
void checkCpu(const Manifest &manifest, const std::string &path);

/// Returns the bytes of memory that this process may still take: what the machine has left, or its control group if that is
/// less.
int64_t availableMemory();

/// Throws Error (NoFit) where `ranks` arenas do not fit into `available` bytes.
void checkMemory(const Manifest &manifest, int64_t ranks, int64_t available);

/// Throws Error (Disagree) where a launcher (mpirun, srun, torchrun) has started more than one process.
void checkLauncher();

/// Returns the bytes of memory that this process holds; allocates nothing.
int64_t residentMemory();

} // namespace shardrt
#endif
