//===- Launcher.cpp - Who started this process, and as which of how many ------------===//

#include "comm/Launcher.h"
#include "program/Error.h"

#include <charconv>
#include <cstdlib>
#include <cstring>

using namespace shardrt;

namespace {

/// What a launcher calls this process's rank and their number, in the job and on the machine.
struct Variables {
  const char *launcher, *rank, *size;
  const char *localRank, *localSize; ///< may be unset; a null has no number in any variable
  bool meetsByTcp;                   ///< whether it may say where processes meet
};

} // namespace

static constexpr Variables launchers[] = {
    {"torchrun", "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", true},
    {"mpirun (Open MPI)", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK",
     "OMPI_COMM_WORLD_LOCAL_SIZE", false},
    {"mpiexec (PMI)", "PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS", false},
    {"srun", "SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID", nullptr, true},
};

/// Returns the number of a variable, or nothing where it is unset.
static std::optional<int64_t> readVariable(const char *name) {
  const char *text = name ? getenv(name) : nullptr;
  if (!text)
    return std::nullopt;
  int64_t number = -1;
  const char *end = text + strlen(text);
  auto [stop, error] = std::from_chars(text, end, number);
  if (error != std::errc() || stop != end || number < 0 || number > INT32_MAX)
    fail(Exit::Disagree,
         "{} is \"{}\", expected the number that a launcher sets: start with mpirun or srun, or unset it", name, text);
  return number;
}

/// Throws where a rank is not below its size.
static void checkPair(const char *rankName, std::optional<int64_t> rank, const char *sizeName,
                      std::optional<int64_t> size) {
  if (rank && size && *rank >= *size)
    fail(Exit::Disagree, "{} is {} and {} is {}, expected a rank below the number of processes", rankName, *rank,
         sizeName, *size);
}

/// What tells the processes of one start from those of another: not all of them are set, and none has to be.
static std::string nameJob() {
  std::string name;
  for (const char *variable : {"TORCHELASTIC_RUN_ID", "SLURM_JOB_ID", "SLURM_STEP_ID"}) {
    const char *text = getenv(variable);
    name += fmt::format("{}={}\n", variable, text ? text : "");
  }
  return name;
}

/// The agent of torchrun may listen at MASTER_PORT itself, for a store of PyTorch's, and says so.
static std::optional<Meeting> readMeeting() {
  const char *host = getenv("MASTER_ADDR"), *agentListens = getenv("TORCHELASTIC_USE_AGENT_STORE");
  std::optional<int64_t> port = readVariable("MASTER_PORT");
  if (!host || !*host || !port)
    return std::nullopt;
  int64_t first = *port + (agentListens && strcmp(agentListens, "True") == 0);
  if (first < 1 || first > UINT16_MAX)
    fail(Exit::Disagree, "MASTER_PORT is {}, expected a port from 1 to {}", *port, UINT16_MAX);
  return Meeting{host, static_cast<uint16_t>(first), nameJob()};
}

static std::optional<Launch> readLaunch(const Variables &names) {
  // An allocation of Slurm's sets the number of tasks for the shell too; only a task has an index.
  bool isTask = getenv(names.rank) != nullptr;
  if (!isTask && strcmp(names.launcher, "srun") == 0)
    return std::nullopt;
  std::optional<int64_t> size = readVariable(names.size);
  if (!size || *size == 1)
    return std::nullopt;
  std::optional<int64_t> rank = readVariable(names.rank);
  if (!rank)
    fail(Exit::Disagree, "{} is {} but {} is not set, expected both or neither", names.size, *size, names.rank);
  std::optional<int64_t> localRank = readVariable(names.localRank), localSize = readVariable(names.localSize);
  checkPair(names.rank, rank, names.size, size);
  checkPair(names.localRank, localRank, names.localSize, localSize);
  checkPair(names.localRank, localRank, names.size, size);
  return Launch{names.launcher, names.size, *rank, *size, localRank, names.meetsByTcp ? readMeeting() : std::nullopt};
}

std::optional<Launch> shardrt::findLauncher() {
  for (const Variables &names : launchers)
    if (std::optional<Launch> launch = readLaunch(names))
      return launch;
  return std::nullopt;
}

std::string Launch::describe() const {
  return fmt::format("{} says rank {} of {}", launcher, rank, size);
}
