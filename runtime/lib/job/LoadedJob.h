//===- LoadedJob.h - What a job reads and checks before its first step --------------===//
#ifndef SHARDRT_LIB_JOB_LOADEDJOB_H
#define SHARDRT_LIB_JOB_LOADEDJOB_H

#include "job/Job.h"
#include "job/Worker.h"

namespace shardrt {

/// Where the ranks of a job live.
struct Ranks {
  std::string description; ///< for the banner: `threads of this process`
  int64_t onThisMachine;
  int64_t stagingBytes;   ///< of one rank, beside its arena
  bool first;             ///< whether this process has rank 0
  bool started;           ///< whether a launcher started them
  int64_t localIndex = 0; ///< of this process among those of this machine

  /// Returns how many of them are in this process.
  int64_t inThisProcess() const { return started ? 1 : onThisMachine; }
};

/// Returns `1 rank` or `4 ranks`.
std::string countRanks(int64_t ranks);

/// Throws Error (Disagree) where --ranks is not the program's number.
void checkRanks(const Manifest &manifest, const JobOptions &options);

/// The files of a job and its settings. What they hold has been checked against the program and this machine.
class LoadedJob {
public:
  /// Throws Error.
  LoadedJob(const JobOptions &options, const Program &program, const Ranks &ranks);
  LoadedJob(const LoadedJob &) = delete;
  LoadedJob &operator=(const LoadedJob &) = delete;

  const JobInputs &getInputs() const { return *inputs; }
  /// Returns rank 0's report, or null where this process does not have rank 0.
  Report *getReport() { return report ? &*report : nullptr; }
  /// Makes the settings of this process those of the job, and prints them where it has rank 0. Throws Error (Disk).
  void begin();

private:
  std::unique_ptr<Platform> platform;
  TokenFile tokens;
  std::optional<Weights> weights;
  std::optional<Save> save;
  std::optional<Report> report;
  RunSettings settings;
  std::optional<JobInputs> inputs;
};

} // namespace shardrt
#endif
