//===- Worker.h - One rank's life ---------------------------------------------------===//
#ifndef SHARDRT_LIB_JOB_WORKER_H
#define SHARDRT_LIB_JOB_WORKER_H

#include "files/Tokens.h"
#include "files/Weights.h"
#include "job/Gather.h"
#include "job/Handshake.h"
#include "job/Report.h"
#include "job/Save.h"
#include "program/Program.h"
#include "program/Rank.h"

#include <atomic>
#include <chrono>

namespace shardrt {

/// What all ranks of this process share; of the files and settings they only read.
struct JobInputs {
  const Program &program;
  Platform &platform; ///< holds the arenas of all ranks of this process
  const TokenFile &tokens;
  const Weights *weights; ///< null: parameters come from `seed`
  uint64_t seed;
  int64_t threads;  ///< of a rank
  const Save *save; ///< null: parameters are not saved
  int64_t steps;
  std::vector<Fact> facts;
  std::string profile;                ///< where rank 0 writes how long tasks take; empty: they are not timed
  const std::atomic<int> &stopSignal; ///< 0, or the signal that asks the job to stop after the step
};

/// How a rank ended that did not fail.
enum class Outcome { Done, Stopped, PeerLost };

/// Brings one rank from its arena to its last step.
class Worker {
public:
  Worker(const JobInputs &inputs, shardrt_rank &rank, Report *report);

  /// Returns how the rank ended; throws Error where it failed. What else a section throws, and a status of its own, is
  /// a failure too: PeerLost for all other ranks.
  Outcome run();
  /// Returns the step that is under way, or -1 before the first.
  int64_t getStep() const { return step; }
  /// Returns the signal that stopped the ranks, on whichever it came in; 0 where none did.
  int32_t getSignal() const { return signal; }

private:
  const JobInputs &inputs;
  const Manifest &manifest;
  shardrt_rank &rank;
  Report *report; ///< rank 0's
  Agreement agreement;
  Gather gather;
  int64_t step = -1;
  int32_t signal = 0;
  int64_t batchRank; ///< this rank's run of samples within a micro batch
  std::vector<int32_t> tokens, targets, positions;

  Outcome live();
  [[noreturn]] void failWith(const char *why) const;
  void load();
  bool runStep();
  bool save();
  void profile();
  bool runSection(size_t entry);
  void loadBatch(int64_t microBatch);
  void writeScalars();
  void reportStep(std::chrono::steady_clock::time_point start);
  void storeScalar(int64_t offset, double value);
  double fetchScalar(int64_t offset) const;
};

} // namespace shardrt
#endif
