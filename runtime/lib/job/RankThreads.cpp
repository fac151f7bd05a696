//===- RankThreads.cpp - The ranks of a job as threads of this process --------------===//

#include "job/RankThreads.h"
#include "comm/SoloBootstrap.h"

#include <chrono>

using namespace shardrt;

/// How long the other ranks have to notice that one has failed.
static constexpr std::chrono::seconds grace{3};

/// Leaves the process although some ranks do not come back from their sections.
[[noreturn]] static void abandon(const Error &error) {
  printError(error);
  std::_Exit(static_cast<int>(error.exit));
}

static std::vector<std::string> nameRanks(int64_t size) {
  std::vector<std::string> names;
  for (int64_t index = 0; index < size; ++index)
    names.push_back(fmt::format("rank {}", index));
  return names;
}

RankThreads::RankThreads(const JobInputs &inputs, Report &report, WatchdogSeconds seconds)
    : size(inputs.program.getManifest().mesh.size()), world(size), progress(static_cast<size_t>(size)),
      watchdog(nameRanks(size), seconds, std::chrono::steady_clock::now()), lookInterval(chooseLookInterval(seconds)),
      worlds{world, chooseDeviceWorld(inputs)}, running(size) {
  for (int64_t index = 0; index < size; ++index) {
    ranks.push_back(createRank(index, inputs.program.getManifest(), inputs.platform.getDevice(index), worlds,
                               progress[static_cast<size_t>(index)]));
    workers.push_back(std::make_unique<Worker>(inputs, *ranks.back(), index == 0 ? &report : nullptr));
  }
}

World &RankThreads::chooseDeviceWorld(const JobInputs &inputs) {
  if (World *ofPlatform = inputs.platform.getWorld())
    return *ofPlatform;
  SoloBootstrap alone;
  if (size == 1)
    connected =
        inputs.platform.connect(inputs.program, alone, progress.front(), [](const Error &error) { abandon(error); });
  return connected ? *connected : world;
}

Outcome RankThreads::run() {
  for (int64_t index = 0; index < size; ++index)
    threads.emplace_back([this, index] { runRank(index); });
  std::unique_lock lock(mutex);
  while (!ended.wait_for(lock, lookInterval, [&] { return running == 0 || failure; }))
    lookAtRanks();
  if (failure && !ended.wait_for(lock, grace, [&] { return running == 0; }))
    abandon(*failure);
  lock.unlock();
  for (std::thread &thread : threads)
    thread.join();
  if (failure)
    throw *failure;
  return outcome;
}

void RankThreads::lookAtRanks() {
  watchdog.beginLook(std::chrono::steady_clock::now());
  for (size_t index = 0; index < progress.size(); ++index)
    watchdog.saw(index, progress[index].read());
  if (std::optional<std::string> sentence = watchdog.findStuck())
    abandon(Error(Exit::PeerLost, *sentence));
}

void RankThreads::runRank(int64_t index) {
  Worker &worker = *workers[static_cast<size_t>(index)];
  try {
    end(worker.run());
  } catch (const Error &error) {
    failWith(error);
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
  worlds.host.abort();
  worlds.device.abort();
  std::lock_guard lock(mutex);
  if (!failure)
    failure = error;
  --running;
  ended.notify_all();
}
