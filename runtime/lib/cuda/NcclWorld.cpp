//===- NcclWorld.cpp - Ranks that are processes, each with its GPU --------------------===//

#include "cuda/NcclWorld.h"
#include "cuda/NcclCommunicator.h"
#include "program/Rank.h"

#include <algorithm>
#include <exception>

using namespace shardrt;
using namespace shardrt::cuda;

static constexpr shardrt_collective_desc connecting = {-1, 0, 0, -1, -5, 0, nullptr, "connection by NCCL"};

NcclWorld::NcclWorld(const Nccl &nccl, SharedGpu &shared, RankDevice &device, const Program &program,
                     Bootstrap &bootstrap, Progress &progress, std::function<void(const Error &)> report)
    : nccl(nccl), shared(shared), device(device), manifest(program.getManifest()), rank(bootstrap.rank()),
      progress(progress), marks(std::make_unique<CollectiveMarks>(shared, device.getRecorder())) {
  ChannelUses uses = survey(program);
  progress.enter(connecting);
  checkGpus(bootstrap);
  channels = std::make_unique<NcclChannels>(nccl, bootstrap);
  progress.advance(); // one deadline of the watchdog's for each that may take long
  channels->split(uses, [&](int32_t group) {
    progress.advance();
    return manifest.mesh.group(rank, manifest.groups[static_cast<size_t>(group)]);
  });
  progress.advance();
  allocateStaging(bootstrap.size());
  connect(uses);
  progress.advance();
  tryGraph(bootstrap.size());
  progress.leave();
  progress.watch(marks.get());
  shared.sections.observe(marks.get());
  channels->watch(std::move(report));
}

/// Graphs go before the communicators whose collectives they have.
NcclWorld::~NcclWorld() {
  shared.sections.observe(nullptr);
  progress.watch(nullptr);
  if (std::uncaught_exceptions() > 0) {
    marks.release();
    return;
  }
  shared.sections.clear();
  channels.reset();
  if (memory)
    shared.nccl->release(memory);
}

std::unique_ptr<Communicator> NcclWorld::join(int64_t index, const std::vector<int64_t> &members) {
  auto position = std::find(members.begin(), members.end(), index) - members.begin();
  return std::make_unique<NcclCommunicator>(*this, position, static_cast<int64_t>(members.size()));
}

void NcclWorld::abort() {
  shared.isLost = true;
  channels->abort();
}

std::string NcclWorld::describeAxes(int32_t group) const {
  return fmt::format("{}", fmt::join(manifest.groups[static_cast<size_t>(group)], " x "));
}

namespace {

/// What ranks compare before NCCL connects them.
struct Equipment {
  CUuuid gpu;
  int32_t ncclVersion;
};

/// A group that only notes what its collectives are.
class SurveyedGroup final : public Communicator {
public:
  using Note = std::function<void(const shardrt_collective_desc &, int64_t ranks)>;
  SurveyedGroup(Recorder &recorder, int64_t position, int64_t count, const Note &note)
      : recorder(recorder), position(position), count(count), note(note) {}
  int64_t rank() const override { return position; }
  int64_t size() const override { return count; }
  CollectiveStatus run(const shardrt_collective_desc &desc, char *) override {
    return recorder.guard([&] { note(desc, count); }) == 0 ? CollectiveStatus::Ok : CollectiveStatus::Failed;
  }
  std::string explainMismatch() const override { return ""; }

private:
  Recorder &recorder;
  const int64_t position, count;
  const Note &note;
};

} // namespace

void NcclWorld::checkGpus(Bootstrap &bootstrap) const {
  Equipment mine = {shared.gpu.getUuid(), nccl.getVersion()};
  std::vector<Equipment> all(static_cast<size_t>(bootstrap.size()));
  bootstrap.allGather(&mine, sizeof mine, all.data());
  for (size_t other = 0; other < all.size(); ++other) {
    if (all[other].ncclVersion != all[0].ncclVersion)
      fail(Exit::Disagree, "ranks disagree on the version of NCCL: rank {} has {}, rank 0 has {}", other,
           formatNcclVersion(all[other].ncclVersion), formatNcclVersion(all[0].ncclVersion));
    for (size_t earlier = 0; earlier < other && !nccl.sharesGpus(); ++earlier)
      if (memcmp(&all[earlier].gpu, &all[other].gpu, sizeof(CUuuid)) == 0)
        fail(
            Exit::NoDevice,
            "ranks {} and {} have the same GPU, which NCCL {} refuses: start no more ranks on a machine than it has "
            "GPUs, or "
            "all "
            "ranks of one GPU as threads of one process; NCCL 2.30 and later take it with NCCL_MULTI_RANK_GPU_ENABLE=1",
            earlier, other, formatNcclVersion(nccl.getVersion()));
  }
}

/// Records all sections once more than is needed, and throws the graphs away: so it is known which groups have
/// collectives on which streams, and how much staging they take.
ChannelUses NcclWorld::survey(const Program &program) {
  ChannelUses uses;
  Recorder &recorder = device.getRecorder();
  SurveyedGroup::Note note = [&](const shardrt_collective_desc &desc, int64_t ranks) {
    uses[{desc.group, recorder.getStreamIndex()}].kinds.insert(desc.kind);
    int64_t &bytes = staging[recorder.getStreamIndex()].bytes;
    bytes = std::max(bytes, countStagingBytes(desc, ranks));
  };
  Progress unwatched;
  shardrt_rank trial(rank, device, nullptr, unwatched);
  trial.arena = device.getArena();
  for (const std::vector<std::string> &axes : manifest.groups)
    trial.groups.push_back(
        std::make_unique<SurveyedGroup>(recorder, manifest.mesh.position(rank, axes), manifest.mesh.size(axes), note));
  for (Section section : program.getSections()) {
    shared.capture.begin();
    int32_t status = recorder.record([&] { return section(&trial, trial.arena); });
    shared.capture.abort();
    if (status != 0)
      fail(Exit::BadInput, "a section of the program returned {} before the first step", status);
  }
  return uses;
}

/// There is room for an element of each rank at least, to try connections with.
void NcclWorld::allocateStaging(int64_t ranks) {
  int64_t total = 2 * ranks * int64_t(sizeof(double));
  for (auto &[stream, part] : staging) {
    total = (total + 255) / 256 * 256;
    part.offset = total;
    total += part.bytes;
  }
  memory = shared.nccl->allocate(static_cast<size_t>(total));
}

/// NCCL connects ranks when they first have a collective of a kind. All ranks have the same, in the same order.
void NcclWorld::connect(const ChannelUses &uses) {
  CUstream stream = shared.capture.getStream();
  nccl.check(nccl.allReduce(memory, memory, 1, ncclFloat32, ncclSum, channels->getWorld(), stream),
             channels->getWorld(), "trying a collective of all ranks");
  for (const auto &[place, use] : uses) {
    progress.advance();
    ncclComm_t comm = channels->find(place.first, place.second);
    auto check = [&](ncclResult_t result) {
      nccl.check(result, comm, "trying a collective along {}", describeAxes(place.first));
    };
    if (use.kinds.count(SHARDRT_ALL_REDUCE))
      check(nccl.allReduce(memory, memory, 1, ncclFloat32, ncclSum, comm, stream));
    if (use.kinds.count(SHARDRT_ALL_GATHER))
      check(nccl.allGather(memory, memory + sizeof(double), 1, ncclFloat32, comm, stream));
    if (use.kinds.count(SHARDRT_REDUCE_SCATTER))
      check(nccl.reduceScatter(memory + sizeof(double), memory, 1, ncclFloat32, ncclSum, comm, stream));
  }
  shared.driver.check(shared.driver.streamSynchronize(stream), "waiting for the first collectives");
}

/// Sums the ranks' numbers, from 1 on, in a graph.
void NcclWorld::tryGraph(int64_t ranks) {
  const Driver &driver = shared.driver;
  CUstream stream = shared.capture.getStream();
  auto mine = static_cast<double>(rank + 1), sum = 0.0, expected = static_cast<double>(ranks * (ranks + 1)) / 2;
  device.store(memory, &mine, sizeof mine);
  shared.capture.begin();
  ncclResult_t result = nccl.allReduce(memory, memory, 1, ncclFloat64, ncclSum, channels->getWorld(), stream);
  if (result != ncclSuccess)
    shared.capture.abort(); // its end would tell that it is broken, and not why
  nccl.check(result, channels->getWorld(), "recording a collective");
  CUgraph graph = shared.capture.end();
  CUgraphExec ready = nullptr;
  driver.check(driver.graphInstantiate(&ready, graph, 0), "making a collective's graph ready");
  driver.graphDestroy(graph);
  driver.check(driver.graphLaunch(ready, stream), "launching a collective's graph");
  device.fetch(&sum, memory, sizeof sum);
  driver.graphExecDestroy(ready);
  if (sum != expected)
    fail(Exit::NoDevice, "NCCL {} has summed the numbers from 1 to {} to {}, expected {}",
         formatNcclVersion(nccl.getVersion()), ranks, sum, expected);
}
