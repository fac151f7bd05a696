//===- Job.h - A training run, from its options to its exit code ------------------===//
#ifndef SHARDRT_LIB_JOB_JOB_H
#define SHARDRT_LIB_JOB_JOB_H

#include "program/Error.h"

#include <cstdint>
#include <optional>

namespace shardrt {

/// The command line of shard-run.
struct JobOptions {
  std::string program;
  std::string tokens;
  std::optional<std::string> weights;
  bool allowConfigMismatch = false; ///< of the weights' folder
  std::optional<uint64_t> seed;
  std::optional<int64_t> ranks, steps, threads;
  std::string metrics; ///< empty: none
  std::optional<std::string> save;
  std::optional<double> watchdog;          ///< seconds
  std::optional<std::string> communicator; ///< of ranks on GPUs: local or nccl; none: as the ranks were started
  std::string profile;                     ///< empty: none
};

/// Loads and checks everything, then runs all ranks as threads until they are done, one fails, or a signal asks them to
/// stop. Returns Done or Stopped; throws Error. Where a rank fails and another does not come back from its section
/// within seconds, it prints the error and leaves the process.
Exit runJob(const JobOptions &options);

} // namespace shardrt
#endif
