//===- ProcessJob.cpp - A job whose ranks are processes -----------------------------===//

#include "job/ProcessJob.h"
#include "comm/ControlChannel.h"
#include "comm/JobProcess.h"
#include "comm/MessageWorld.h"
#include "job/Host.h"
#include "job/LoadedJob.h"
#include "job/StopSignal.h"

#include <algorithm>

using namespace shardrt;

namespace {

/// What a rank tells the others of its preparations: the exit code, Done where all is well, and the sentence.
struct Finding {
  Exit exit = Exit::Done;
  char sentence[1020] = {};
};

/// What tells machines apart.
struct Machine {
  char id[256] = {};
};

/// The preparations of one rank: steps of which the first that fails counts, and those after it are left out.
class Preparation {
public:
  template <typename Step> void attempt(Step step) {
    if (failure)
      return;
    try {
      step();
    } catch (const Error &error) {
      failure = error;
    }
  }
  const std::optional<Error> &getFailure() const { return failure; }

private:
  std::optional<Error> failure;
};

} // namespace

template <typename T> static std::vector<T> gatherAll(Bootstrap &bootstrap, const T &mine) {
  std::vector<T> all(static_cast<size_t>(bootstrap.size()));
  bootstrap.allGather(&mine, sizeof mine, all.data());
  return all;
}

/// The processes of this machine: how many there are, and how many of them have a lower rank.
struct Neighbours {
  int64_t count, before;
};

static Neighbours countNeighbours(Bootstrap &bootstrap) {
  Machine mine;
  strncpy(mine.id, machineId().c_str(), sizeof mine.id - 1);
  std::vector<Machine> all = gatherAll(bootstrap, mine);
  auto isHere = [&](const Machine &machine) { return strcmp(machine.id, mine.id) == 0; };
  return {std::count_if(all.begin(), all.end(), isHere),
          std::count_if(all.begin(), all.begin() + bootstrap.rank(), isHere)};
}

/// Tells all ranks what each has found. Returns the exit code of the first rank that found something wrong, or Done.
/// Rank 0 prints what was found: once where all found the same.
static Exit agreeOnStart(Bootstrap &bootstrap, const std::optional<Error> &failure) {
  Finding mine;
  if (failure) {
    mine.exit = failure->exit;
    strncpy(mine.sentence, failure->what(), sizeof mine.sentence - 1);
  }
  std::vector<Finding> all = gatherAll(bootstrap, mine);
  auto same = [&](const Finding &other) {
    return other.exit == all[0].exit && strcmp(other.sentence, all[0].sentence) == 0;
  };
  bool allSame = std::all_of(all.begin(), all.end(), same);
  auto first = std::find_if(all.begin(), all.end(), [](const Finding &finding) { return finding.exit != Exit::Done; });
  if (first == all.end())
    return Exit::Done;
  if (bootstrap.rank() == 0 && allSame)
    printError(Error(all[0].exit, all[0].sentence));
  else if (bootstrap.rank() == 0)
    for (size_t rank = 0; rank < all.size(); ++rank)
      if (all[rank].exit != Exit::Done)
        printError(Error(all[rank].exit, all[rank].sentence), static_cast<int64_t>(rank));
  return first->exit;
}

/// The same, where a rank may be lost: the channel names it.
static Exit agree(Bootstrap &bootstrap, const std::optional<Error> &failure, ControlChannel &channel) {
  try {
    return agreeOnStart(bootstrap, failure);
  } catch (const Error &error) {
    channel.awaitFault(error.what());
  }
}

static void checkWorld(const Manifest &manifest, const JobOptions &options, const Launch &launch) {
  checkRanks(manifest, options);
  if (manifest.mesh.size() != launch.size)
    fail(Exit::Disagree,
         "{}: the program was compiled for {} ({}), but {} has started {} processes ({}): start {}, or one whose ranks "
         "are "
         "threads",
         options.program, countRanks(manifest.mesh.size()), manifest.mesh.describe(), launch.launcher, launch.size,
         launch.sizeVariable, manifest.mesh.size());
}

/// How long processes that meet by TCP wait for one another, unless --watchdog says it.
static constexpr WatchdogSeconds::value_type meetingPatience = 120;

/// Connects the processes. Where that fails, no rank can tell the others: what is wrong with MPI, the first of each
/// machine prints, and ranks that meet by TCP each what they find.
static std::unique_ptr<JobProcess> begin(const Launch &launch, WatchdogSeconds patience,
                                         const std::optional<Error> &failure) {
  try {
    return beginProcess(launch,
                        std::chrono::milliseconds(static_cast<int64_t>(patience.value_or(meetingPatience) * 1000)));
  } catch (const Error &error) {
    if (launch.meeting || launch.isFirstOnMachine())
      printError(failure.value_or(error), launch.rank);
    std::_Exit(static_cast<int>(failure.value_or(error).exit));
  }
}

/// Runs this process's rank to its end; returns its exit code.
static Exit runRank(LoadedJob &job, JobProcess &process, MessageWorld &world, ControlChannel &channel) {
  job.begin();
  const JobInputs &inputs = job.getInputs();
  std::unique_ptr<World> device = inputs.platform.connect(inputs.program, process, channel.getProgress(),
                                                          [&](const Error &error) { channel.fail(error); });
  FaultHandler abort(channel, [&] {
    if (device)
      device->abort();
  });
  int64_t index = process.rank();
  std::unique_ptr<shardrt_rank> rank = createRank(index, inputs.program.getManifest(), inputs.platform.getDevice(0),
                                                  {world, device ? *device : world}, channel.getProgress());
  Worker worker(inputs, *rank, job.getReport());
  Outcome outcome = worker.run();
  if (outcome == Outcome::PeerLost)
    channel.awaitFault(world.getFailure());
  if (outcome == Outcome::Stopped && job.getReport())
    job.getReport()->stopped(worker.getSignal());
  return outcome == Outcome::Stopped ? Exit::Stopped : Exit::Done;
}

Exit shardrt::runProcess(const JobOptions &options, const Launch &launch) {
  Preparation preparation;
  std::unique_ptr<Program> program;
  std::optional<LoadedJob> job;
  preparation.attempt([&] {
    program = std::make_unique<Program>(options.program);
    checkWorld(program->getManifest(), options, launch);
  });
  std::unique_ptr<JobProcess> process = begin(launch, options.watchdog, preparation.getFailure());
  catchStopSignals(); // before the channel: a launcher sends them to the ranks that are left when one has died
  ControlChannel channel(*process, options.watchdog);
  Neighbours neighbours = countNeighbours(*process);
  int64_t localRanks = neighbours.count, staging = MessageWorld::defaultStaging(launch.size);
  preparation.attempt([&] {
    std::string description =
        fmt::format("processes started by {} ({}), {} on this machine; {}, {} of staging for each", launch.launcher,
                    launch.sizeVariable, localRanks, process->describe(), formatBytes(staging));
    job.emplace(
        options, *program,
        Ranks{description, localRanks, staging, launch.rank == 0, true, launch.localRank.value_or(neighbours.before)});
  });
  Exit found = agree(*process, preparation.getFailure(), channel);
  if (found == Exit::Done)
    try {
      MessageWorld world(process->connect(localRanks), staging);
      found = runRank(*job, *process, world, channel);
    } catch (const Error &error) {
      channel.fail(error); // and not the process's end, which the others may never reach
    }
  process->finish();
  ignoreStopSignals();
  channel.leave();
  return found;
}
