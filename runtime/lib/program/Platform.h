//===- Platform.h - What the ranks of a process run on ------------------------===//
//
// A rank has two worlds. In the host's, threads or processes agree on facts, stop together and bring parameters
// together for saving. In the device's they form the manifest's groups, whose collectives the program's sections call.
// On the CPU the two are one. On a GPU a collective of a section is work on a stream: where the ranks are threads, the
// platform has that world; where each rank is a process, it is made from what the launcher offers.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_PROGRAM_PLATFORM_H
#define SHARDRT_LIB_PROGRAM_PLATFORM_H

#include "program/Communicator.h"
#include "program/Device.h"

#include <functional>

namespace shardrt {

class Bootstrap;
class Error;
class Program;
class Progress;

/// The ranks of a process, and what they run on.
struct PlatformOptions {
  int64_t ranks = 1;      ///< of this process
  int64_t localIndex = 0; ///< of this process among those of its machine: each takes another GPU
  bool usesNccl = false;  ///< where the ranks of a program for GPUs are processes
};

/// What the ranks of one process share: the CPU, or a GPU with its context, its kernels and one allocation for all
/// arenas.
class Platform {
public:
  virtual ~Platform() = default;

  /// Returns the device as rank `index` of this process, from 0, uses it. It lives as long as the platform.
  virtual Device &getDevice(int64_t index) = 0;
  /// Returns the device's world of the ranks of this process, or null where it is the host's.
  virtual World *getWorld() = 0;
  /// Connects the one rank of this process with those of others, which all do the same: returns the device's world,
  /// which goes before the platform and `progress`, or null where it is the host's. `report` is called, from any
  /// thread, when the connection fails later. Throws Error.
  virtual std::unique_ptr<World> connect(const Program &program, Bootstrap &bootstrap, Progress &progress,
                                         std::function<void(const Error &)> report) = 0;
  /// Returns what it is and uses, for the banner; empty for the CPU, which every run has.
  virtual std::string describe() const = 0;
  /// Times the tasks of the program's sections as `rank` and writes them to `path`, where that is not empty; all ranks
  /// of the process call this together, after training: what the sections compute then is nonsense. Throws Error, on
  /// the CPU always.
  virtual void profile(const Program &program, shardrt_rank &rank, const std::string &path) = 0;
};

/// Returns the CPU: memory of this process, matrix products by OpenBLAS.
std::unique_ptr<Platform> createCpuPlatform();

/// Returns a GPU for the ranks of this process, with the kernels of `program` loaded and the memory of all ranks
/// allocated. Each section is captured as one graph of all ranks when it first runs, and replayed after that. Throws
/// Error: NoDevice where there is no GPU, driver or library for the program, or this runtime was built without CUDA,
/// NoFit where the memory does not suffice.
std::unique_ptr<Platform> createCudaPlatform(const Program &program, const PlatformOptions &options);

/// Returns the platform that `program` was compiled for. Throws Error (NoDevice, NoFit).
std::unique_ptr<Platform> createPlatform(const Program &program, const PlatformOptions &options);

} // namespace shardrt
#endif
