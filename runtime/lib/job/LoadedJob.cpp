//===- LoadedJob.cpp - What a job reads and checks before its first step ------------===//

#include "job/LoadedJob.h"
#include "files/ModelConfig.h"
#include "job/Host.h"
#include "job/StopSignal.h"

#include <thread>
#include <xxhash.h>

using namespace shardrt;

std::string shardrt::countRanks(int64_t ranks) {
  return ranks == 1 ? "1 rank" : fmt::format("{} ranks", ranks);
}

void shardrt::checkRanks(const Manifest &manifest, const JobOptions &options) {
  int64_t ranks = manifest.mesh.size();
  if (options.ranks && *options.ranks != ranks)
    fail(Exit::Disagree, "{}: the program was compiled for {} ({}), --ranks is {}", options.program, countRanks(ranks),
         manifest.mesh.describe(), *options.ranks);
}

/// Returns whether the ranks' GPUs are connected by NCCL. Throws Error (Usage) where --communicator asks for what
/// cannot be.
static bool chooseNccl(const JobOptions &options, const Manifest &manifest, bool areProcesses) {
  bool onGpu = manifest.gpu.has_value(), byDefault = onGpu && areProcesses;
  bool wanted = options.communicator ? *options.communicator == "nccl" : byDefault;
  if (wanted && !onGpu)
    fail(Exit::Usage, "--communicator nccl: NCCL connects GPUs, and the program is for the CPU: leave the option out");
  if (wanted && !areProcesses && manifest.mesh.size() > 1)
    fail(
        Exit::Usage,
        "--communicator nccl: NCCL takes a process for each rank, and this one has all {}: start it by mpirun, srun or "
        "torchrun, or leave the option out",
        countRanks(manifest.mesh.size()));
  if (!wanted && byDefault)
    fail(Exit::Usage,
         "--communicator local: the ranks are processes, and on GPUs only NCCL connects those: leave the option out");
  return wanted;
}

/// Checks the machine, before any file is read, and returns what the program runs on.
static std::unique_ptr<Platform> openPlatform(const JobOptions &options, const Program &program, const Ranks &ranks) {
  const Manifest &manifest = program.getManifest();
  checkTarget(manifest, options.program);
  if (!options.profile.empty() && manifest.targetKind != "cuda")
    fail(Exit::Usage, "--profile times tasks on a GPU, {} is a program for the {}", options.program,
         manifest.targetKind);
  if (manifest.targetKind == "cpu")
    checkMemory(manifest, ranks.onThisMachine, ranks.stagingBytes, availableMemory());
  return createPlatform(program,
                        {ranks.inThisProcess(), ranks.localIndex, chooseNccl(options, manifest, ranks.started)});
}

/// Matrix products of a rank among several take one thread unless told otherwise, however the ranks were started: the
/// bits do not depend on that.
static RunSettings chooseSettings(const JobOptions &options, const Manifest &manifest, const Ranks &ranks,
                                  const TokenFile &tokens, const Platform &platform) {
  int64_t cores = std::thread::hardware_concurrency();
  int64_t threads = options.threads.value_or(std::max<int64_t>(1, cores / ranks.onThisMachine));
  return {options.program,
          options.tokens,
          options.weights ? "weights " + *options.weights : fmt::format("seed {}", *options.seed),
          ranks.description,
          tokens.size(),
          threads,
          options.threads || manifest.mesh.size() == 1 ? threads : 1,
          options.steps.value_or(manifest.train.steps),
          residentMemory(),
          platform.describe()};
}

static std::vector<Fact> collectFacts(const Manifest &manifest, const JobOptions &options, const Weights *weights,
                                      int64_t tokens, int64_t steps) {
  return {{"program", XXH3_64bits(manifest.digest.data(), manifest.digest.size())},
          {"number of ranks", static_cast<uint64_t>(manifest.mesh.size())},
          {weights ? "weights" : "seed", weights ? weights->getDigest() : *options.seed},
          {"number of tokens", static_cast<uint64_t>(tokens)},
          {"number of steps", static_cast<uint64_t>(steps)},
          {"use of --save", options.save.has_value()}};
}

LoadedJob::LoadedJob(const JobOptions &options, const Program &program, const Ranks &ranks)
    : platform(openPlatform(options, program, ranks)),
      tokens(options.tokens, program.getManifest().train.sequenceLength, program.getManifest().vocabSize) {
  const Manifest &manifest = program.getManifest();
  if (options.weights)
    weights.emplace(*options.weights, manifest);
  std::string remark;
  if (options.weights) // after their names and shapes, which say more where they differ
    remark = checkModelConfig(*options.weights, manifest, options.allowConfigMismatch);
  const Weights *loaded = weights ? &*weights : nullptr;
  if (options.save)
    save.emplace(SaveOptions{*options.save}, options.program, manifest, loaded);
  if (save && ranks.first)
    save->check();
  if (ranks.first)
    report.emplace(manifest, options.metrics, !ranks.started);
  settings = chooseSettings(options, manifest, ranks, tokens, *platform);
  settings.remark = remark;
  inputs.emplace(JobInputs{program, *platform, tokens, loaded, options.seed.value_or(0), settings.threads,
                           save ? &*save : nullptr, settings.steps,
                           collectFacts(manifest, options, loaded, tokens.size(), settings.steps), options.profile,
                           getStopSignal()});
}

void LoadedJob::begin() {
  setBlasThreads(settings.blasThreads);
  if (report)
    report->begin(settings);
}
