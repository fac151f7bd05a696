//===- RankThreads.h - The ranks of a job as threads of this process ----------------===//
#ifndef SHARDRT_LIB_JOB_RANKTHREADS_H
#define SHARDRT_LIB_JOB_RANKTHREADS_H

#include "comm/Local.h"
#include "comm/Watchdog.h"
#include "job/Worker.h"
#include "program/Error.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace shardrt {

/// The ranks of this process, as threads. The first failure counts, and wakes all others.
class RankThreads {
public:
  RankThreads(const JobInputs &inputs, Report &report, WatchdogSeconds watchdog);
  /// Returns how the job ended; throws the first failure. Where a rank does not come back from its section within
  /// seconds of another's failure, or is stuck as the watchdog sees it, prints the failure and leaves the process.
  Outcome run();

private:
  const int64_t size;
  LocalWorld world;
  std::vector<Progress> progress; ///< by rank
  Watchdog watchdog;
  const std::chrono::milliseconds lookInterval;
  std::unique_ptr<World> connected; ///< the device's, of one rank that uses what connects processes
  const Worlds worlds;
  // What a rank posts to its peers lies in these two, so both outlive all threads.
  std::vector<std::unique_ptr<shardrt_rank>> ranks;
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<std::thread> threads;

  std::mutex mutex;
  std::condition_variable ended;
  int64_t running = 0;
  std::optional<Error> failure;
  Outcome outcome = Outcome::Done;

  World &chooseDeviceWorld(const JobInputs &inputs);
  void runRank(int64_t index);
  void lookAtRanks();
  void end(Outcome how);
  void failWith(const Error &error);
};

} // namespace shardrt
#endif
