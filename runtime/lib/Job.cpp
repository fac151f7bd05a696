//===- Job.cpp - A training run, from its options to its exit code ----------------===//

#include "Job.h"
#include "Host.h"
#include "Worker.h"
#include "comm/Local.h"

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <xxhash.h>

using namespace shardrt;

/// How long the other ranks have to notice that one has failed.
static constexpr std::chrono::seconds grace{3};

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

/// Leaves the process although some ranks do not come back from their sections.
[[noreturn]] static void abandon(const Error &error) {
  printError(error);
  std::_Exit(static_cast<int>(error.exit));
}

namespace {

/// The ranks of this process, as threads. The first failure counts, and wakes all others.
class RankThreads {
public:
  RankThreads(const JobInputs &inputs, Report &report);
  /// Returns how the job ended; throws the first failure.
  Outcome run();

private:
  const JobInputs &inputs;
  const int64_t size;
  LocalWorld world;
  std::unique_ptr<Device> device = createCpuDevice();
  // What a rank posts to its peers lies in these two, so both outlive all threads.
  std::vector<std::unique_ptr<shardrt_rank>> ranks;
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<std::thread> threads;

  std::mutex mutex;
  std::condition_variable ended;
  int64_t running = 0;
  std::optional<Error> failure;
  Outcome outcome = Outcome::Done;

  std::unique_ptr<shardrt_rank> createRank(int64_t index);
  void runRank(int64_t index);
  void end(Outcome how);
  void failWith(const Error &error);
};

} // namespace

RankThreads::RankThreads(const JobInputs &inputs, Report &report)
    : inputs(inputs), size(inputs.program.getManifest().mesh.size()), world(size), running(size) {
  for (int64_t index = 0; index < size; ++index) {
    ranks.push_back(createRank(index));
    workers.push_back(std::make_unique<Worker>(inputs, *ranks.back(), index == 0 ? &report : nullptr));
  }
}

std::unique_ptr<shardrt_rank> RankThreads::createRank(int64_t index) {
  const Manifest &manifest = inputs.program.getManifest();
  std::vector<int64_t> everyone;
  for (int64_t other = 0; other < size; ++other)
    everyone.push_back(other);
  auto rank = std::make_unique<shardrt_rank>(index, *device, world.join(index, everyone));
  for (const std::vector<std::string> &axes : manifest.groups)
    rank->groups.push_back(world.join(index, manifest.mesh.group(index, axes)));
  return rank;
}

Outcome RankThreads::run() {
  for (int64_t index = 0; index < size; ++index)
    threads.emplace_back([this, index] { runRank(index); });
  std::unique_lock lock(mutex);
  ended.wait(lock, [&] { return running == 0 || failure; });
  if (failure && !ended.wait_for(lock, grace, [&] { return running == 0; }))
    abandon(*failure);
  lock.unlock();
  for (std::thread &thread : threads)
    thread.join();
  if (failure)
    throw *failure;
  return outcome;
}

void RankThreads::runRank(int64_t index) {
  Worker &worker = *workers[static_cast<size_t>(index)];
  auto lost = [&](const char *why) {
    std::string where = worker.getStep() < 0 ? "before the first step" : fmt::format("at step {}", worker.getStep());
    failWith(Error(Exit::PeerLost, fmt::format("rank {} failed {}: {}", index, where, why)));
  };
  try {
    end(worker.run());
  } catch (const Error &error) {
    failWith(error);
  } catch (const std::exception &error) {
    lost(error.what());
  } catch (...) {
    lost("an exception of unknown type");
  }
}

void RankThreads::end(Outcome how) {
  std::lock_guard lock(mutex);
  if (how != Outcome::Done)
    outcome = how;
  --running;
  ended.notify_all();
}

void RankThreads::failWith(const Error &error) {
  world.abort();
  std::lock_guard lock(mutex);
  if (!failure)
    failure = error;
  --running;
  ended.notify_all();
}

static void checkRanks(const Manifest &manifest, const JobOptions &options) {
  int64_t ranks = manifest.mesh.size();
  if (options.ranks && *options.ranks != ranks)
    fail(Exit::Disagree, "{}: the program was compiled for {} ({}), --ranks is {}", options.program,
         ranks == 1 ? "1 rank" : fmt::format("{} ranks", ranks), manifest.mesh.describe(), *options.ranks);
}

static RunSettings chooseSettings(const JobOptions &options, const Manifest &manifest, const TokenFile &tokens) {
  int64_t ranks = manifest.mesh.size(), cores = std::thread::hardware_concurrency();
  int64_t threads = options.threads.value_or(std::max<int64_t>(1, cores / ranks));
  return {options.program,
          options.tokens,
          options.weights ? "weights " + *options.weights : fmt::format("seed {}", *options.seed),
          tokens.size(),
          threads,
          options.threads || ranks == 1 ? threads : 1,
          options.steps.value_or(manifest.train.steps),
          residentMemory()};
}

static std::vector<Fact> collectFacts(const Manifest &manifest, const JobOptions &options, const Weights *weights,
                                      int64_t tokens, int64_t steps) {
  return {{"program", XXH3_64bits(manifest.digest.data(), manifest.digest.size())},
          {"number of ranks", static_cast<uint64_t>(manifest.mesh.size())},
          {weights ? "weights" : "seed", weights ? weights->getDigest() : *options.seed},
          {"number of tokens", static_cast<uint64_t>(tokens)},
          {"number of steps", static_cast<uint64_t>(steps)}};
}

Exit shardrt::runJob(const JobOptions &options) {
  Program program(options.program);
  const Manifest &manifest = program.getManifest();
  checkLauncher();
  checkRanks(manifest, options);
  checkCpu(manifest, options.program);
  checkMemory(manifest, manifest.mesh.size(), availableMemory());
  TokenFile tokens(options.tokens, manifest.train.sequenceLength, manifest.vocabSize);
  std::optional<Weights> weights;
  if (options.weights)
    weights.emplace(*options.weights, manifest);
  const Weights *loaded = weights ? &*weights : nullptr;
  catchSignals();
  Report report(manifest, options.metrics);
  RunSettings settings = chooseSettings(options, manifest, tokens);
  setBlasThreads(settings.blasThreads);
  report.begin(settings);
  JobInputs inputs{program,        tokens,
                   loaded,         options.seed.value_or(0),
                   settings.steps, collectFacts(manifest, options, loaded, tokens.size(), settings.steps),
                   stopSignal};
  RankThreads ranks(inputs, report);
  if (ranks.run() == Outcome::Done)
    return Exit::Done;
  report.stopped(stopSignal.load());
  return Exit::Stopped;
}
