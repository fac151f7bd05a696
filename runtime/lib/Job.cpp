//===- Job.cpp - A training run, from its options to its exit code ----------------===//

#include "Job.h"
#include "Launcher.h"
#include "LoadedJob.h"
#include "RankThreads.h"

#include <csignal>

using namespace shardrt;

static std::atomic<int> stopSignal{0};

/// Makes SIGINT and SIGTERM end the job after the step; a second one ends the process at once.
static void catchSignals() {
  struct sigaction action = {};
  action.sa_handler = [](int signal) { stopSignal.store(signal); };
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

static Exit runThreads(const JobOptions &options) {
  Program program(options.program);
  const Manifest &manifest = program.getManifest();
  checkRanks(manifest, options);
  LoadedJob job(options, program, {"threads of this process", manifest.mesh.size(), 0, true}, stopSignal);
  catchSignals();
  job.begin();
  RankThreads ranks(job.getInputs(), *job.getReport());
  if (ranks.run() == Outcome::Done)
    return Exit::Done;
  job.getReport()->stopped(stopSignal.load());
  return Exit::Stopped;
}

Exit shardrt::runJob(const JobOptions &options) {
  if (std::optional<Launch> launch = findLauncher())
    fail(Exit::Disagree, "{} is {}: several processes are not supported yet, start one shard-run whose ranks are threads",
         launch->sizeVariable, launch->size);
  return runThreads(options);
}
