//===- Job.cpp - A training run, from its options to its exit code ----------------===//

#include "job/Job.h"
#include "comm/Launcher.h"
#include "job/LoadedJob.h"
#include "job/ProcessJob.h"
#include "job/RankThreads.h"
#include "job/StopSignal.h"

using namespace shardrt;

static Exit runThreads(const JobOptions &options) {
  Program program(options.program);
  const Manifest &manifest = program.getManifest();
  checkRanks(manifest, options);
  LoadedJob job(options, program, {"threads of this process", manifest.mesh.size(), 0, true, false});
  catchStopSignals();
  job.begin();
  RankThreads ranks(job.getInputs(), *job.getReport(), options.watchdog);
  if (ranks.run() == Outcome::Done)
    return Exit::Done;
  job.getReport()->stopped(getStopSignal().load());
  return Exit::Stopped;
}

Exit shardrt::runJob(const JobOptions &options) {
  if (std::optional<Launch> launch = findLauncher())
    return runProcess(options, *launch);
  return runThreads(options);
}
