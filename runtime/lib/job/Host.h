//===- Host.h - The machine that shard-run finds itself on -----------------------===//
#ifndef SHARDRT_LIB_JOB_HOST_H
#define SHARDRT_LIB_JOB_HOST_H

#include "program/Manifest.h"

namespace shardrt {

/// Throws Error (NoDevice) where this runtime cannot run the program's target: it is of another kind, or
/// this CPU lacks an instruction set that the program's code for the CPU uses.
void checkTarget(const Manifest &manifest, const std::string &path);

/// Returns the bytes of memory that this process may still take: what the machine has left, or its control group if
/// that is less.
int64_t availableMemory();

/// Returns a text that the processes of one machine have in common, and those of another have not: its boot's, or its
/// name.
std::string machineId();

/// Throws Error (NoFit) where `ranks` arenas, each with `staging` bytes for its messages, do not fit into `available`
/// bytes.
void checkMemory(const Manifest &manifest, int64_t ranks, int64_t staging, int64_t available);

/// Returns the bytes of memory that this process holds; allocates nothing.
int64_t residentMemory();

} // namespace shardrt
#endif
