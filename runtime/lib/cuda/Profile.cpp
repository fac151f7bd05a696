//===- Profile.cpp - How long a program's tasks take on a GPU ----------------------===//

#include "cuda/Profile.h"
#include "files/Output.h"
#include "program/Program.h"
#include "program/Rank.h"

#include <algorithm>
#include <chrono>

using namespace shardrt;
using namespace shardrt::cuda;

/// How often each section runs; the first runs of a graph are slower.
static constexpr int warmUps = 2, repeats = 10;

static double median(std::vector<double> values) {
  if (values.empty())
    return 0;
  std::nth_element(values.begin(), values.begin() + static_cast<ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

namespace {

/// A moment on a stream.
class TimedEvent {
public:
  explicit TimedEvent(const Driver &driver) : driver(&driver) {
    driver.check(driver.eventCreate(&event, CU_EVENT_DEFAULT), "making an event");
  }
  ~TimedEvent() {
    if (event)
      driver->eventDestroy(event);
  }
  TimedEvent(TimedEvent &&other) : driver(other.driver), event(std::exchange(other.event, nullptr)) {}
  TimedEvent &operator=(TimedEvent &&) = delete;

  void record(CUstream stream) { driver->check(driver->eventRecord(event, stream), "marking a time"); }
  /// Makes the mark a node of the graph that is captured.
  void recordInGraph(CUstream stream) {
    driver->check(driver->eventRecordWithFlags(event, stream, CU_EVENT_RECORD_EXTERNAL), "marking a task's time");
  }
  /// Returns the microseconds since `begin`; both have passed.
  double since(const TimedEvent &begin) const {
    float milliseconds = 0;
    driver->check(driver->eventElapsedTime(&milliseconds, begin.event, event), "reading a time");
    return milliseconds * 1e3;
  }

private:
  const Driver *driver;
  CUevent event = nullptr;
};

/// Passes a section's calls on to a rank's device, with what a profile does beside them.
class ObservedDevice final : public Device {
public:
  enum class Mode { Timed, LibrariesAlone };
  struct Task {
    std::string what;
    std::string stream;
    bool isLibrary = true;
    TimedEvent begin, end;
  };

  ObservedDevice(RankDevice &device, const Driver &driver, const GpuCode &code, Mode mode)
      : device(device), driver(driver), code(code), mode(mode) {}

  const std::vector<Task> &getTasks() const { return tasks; }

  char *allocate(int64_t bytes) override { return device.allocate(bytes); }
  void release(char *memory, int64_t bytes) override { device.release(memory, bytes); }
  void store(char *memory, const void *host, int64_t bytes) override { device.store(memory, host, bytes); }
  void fetch(void *host, const char *memory, int64_t bytes) override { device.fetch(host, memory, bytes); }
  int32_t run(Section section, shardrt_rank &rank) override { return device.run(section, rank); }

  int32_t beginTask(int32_t task, int32_t stream, std::span<const int32_t> waits) override {
    if (int32_t status = device.beginTask(task, stream, waits))
      return status;
    if (mode != Mode::Timed)
      return 0;
    return device.getRecorder().guard([&] {
      tasks.push_back(
          {"collective", code.streams[static_cast<size_t>(stream)], true, TimedEvent(driver), TimedEvent(driver)});
      tasks.back().begin.recordInGraph(device.getRecorder().getStream());
    });
  }
  int32_t endTask(int32_t task, bool isAwaited) override {
    if (mode == Mode::Timed)
      if (int32_t status =
              device.getRecorder().guard([&] { tasks.back().end.recordInGraph(device.getRecorder().getStream()); }))
        return status;
    return device.endTask(task, isAwaited);
  }
  int32_t launch(int32_t function, std::span<const uint64_t> arguments) override {
    if (mode == Mode::LibrariesAlone)
      return 0;
    if (function >= 0 && static_cast<size_t>(function) < code.functions.size())
      note(code.functions[static_cast<size_t>(function)].name, false);
    return device.launch(function, arguments);
  }
  int32_t perform(const LibraryTask &task) override {
    bool isLibrary = std::visit([](const auto &each) { return each.isLibrary; }, task);
    note(std::visit([](const auto &each) { return each.describe(); }, task), isLibrary);
    return mode == Mode::LibrariesAlone && !isLibrary ? 0 : device.perform(task);
  }

private:
  RankDevice &device;
  const Driver &driver;
  const GpuCode &code;
  const Mode mode;
  std::vector<Task> tasks;

  /// The first call of a task says what it is.
  void note(const std::string &what, bool isLibrary) {
    if (mode != Mode::Timed || tasks.empty() || tasks.back().what != "collective")
      return;
    tasks.back().what = what;
    tasks.back().isLibrary = isLibrary;
  }
};

/// Runs one section in one way, again and again.
class SectionRuns {
public:
  SectionRuns(SharedGpu &shared, shardrt_rank &rank, RankDevice &device)
      : shared(shared), rank(rank), device(device), begin(shared.driver), end(shared.driver) {}

  /// `launch` runs the section once; `look` sees each run's times when it is over.
  template <typename Launch, typename Look> void repeat(Launch launch, Look look) {
    CUstream origin = shared.capture.getStream();
    for (int i = 0; i < warmUps + repeats; ++i) {
      begin.record(origin);
      auto start = std::chrono::steady_clock::now();
      launch();
      std::chrono::duration<double, std::micro> host = std::chrono::steady_clock::now() - start;
      end.record(origin);
      shared.driver.check(shared.driver.streamSynchronize(origin), "waiting for a section");
      if (i >= warmUps)
        look(end.since(begin), host.count());
    }
  }

  /// Runs the section's graph of `key`, which it records through `observed` where there is none yet.
  void run(const void *key, Section section, ObservedDevice &observed) {
    shardrt_rank seen(rank.index, observed, nullptr, rank.progress);
    seen.groups.swap(rank.groups);
    seen.arena = rank.arena;
    auto restore = [&] {
      seen.groups.swap(rank.groups);
      seen.arena = nullptr; // the rank's
    };
    try {
      int32_t status =
          shared.sections.run(key, device.getRecorder(), rank.progress, [&] { return section(&seen, rank.arena); });
      restore();
      if (status != 0)
        fail(Exit::PeerLost, "a section that is profiled returned {}", status);
    } catch (...) {
      restore();
      throw;
    }
  }

private:
  SharedGpu &shared;
  shardrt_rank &rank;
  RankDevice &device;
  TimedEvent begin, end;
};

} // namespace

static SectionProfile profileSection(SharedGpu &shared, RankDevice &device, shardrt_rank &rank, const Program &program,
                                     size_t entry) {
  const Manifest &manifest = program.getManifest();
  const Section &section = program.getSections()[entry];
  // Graphs are known by addresses: these belong to the section, and no function lies there.
  const char *key = reinterpret_cast<const char *>(&section);
  SectionRuns runs(shared, rank, device);
  std::vector<double> whole, libraries, host;
  runs.repeat([&] { device.run(section, rank); },
              [&](double microseconds, double hostMicroseconds) {
                whole.push_back(microseconds);
                host.push_back(hostMicroseconds);
              });
  ObservedDevice alone(device, shared.driver, *manifest.gpu, ObservedDevice::Mode::LibrariesAlone);
  runs.repeat([&] { runs.run(key + 1, section, alone); },
              [&](double microseconds, double) { libraries.push_back(microseconds); });
  ObservedDevice timed(device, shared.driver, *manifest.gpu, ObservedDevice::Mode::Timed);
  std::vector<std::vector<double>> times;
  runs.repeat([&] { runs.run(key, section, timed); },
              [&](double, double) {
                times.resize(timed.getTasks().size());
                for (size_t i = 0; i < times.size(); ++i)
                  times[i].push_back(timed.getTasks()[i].end.since(timed.getTasks()[i].begin));
              });
  SectionProfile result{
      manifest.step[entry].section, manifest.step[entry].repeat, median(whole), median(libraries), median(host), {}};
  for (size_t i = 0; i < times.size(); ++i) {
    const ObservedDevice::Task &task = timed.getTasks()[i];
    result.tasks.push_back({task.what, task.stream, task.isLibrary, median(times[i])});
  }
  return result;
}

/// Copies one half of the arena onto the other.
static double measureCopies(SharedGpu &shared, shardrt_rank &rank, RankDevice &device) {
  SectionRuns runs(shared, rank, device);
  auto bytes = static_cast<size_t>(std::min<int64_t>(rank.arenaBytes / 2, int64_t(1) << 30));
  auto arena = reinterpret_cast<CUdeviceptr>(rank.arena);
  std::vector<double> times;
  runs.repeat(
      [&] {
        shared.driver.check(shared.driver.memcpyDtoDAsync(arena + bytes, arena, bytes, shared.capture.getStream()),
                            "copying {} bytes within {}", bytes, shared.gpu.getName());
      },
      [&](double microseconds, double) { times.push_back(microseconds); });
  return 2 * static_cast<double>(bytes) / (median(times) * 1e-6);
}

Profile cuda::profile(SharedGpu &shared, RankDevice &device, shardrt_rank &rank, const Program &program) {
  Profile result{};
  for (size_t entry = 0; entry < program.getManifest().step.size(); ++entry)
    if (program.getManifest().step[entry].repeat > 0)
      result.sections.push_back(profileSection(shared, device, rank, program, entry));
  result.copyBytesPerSecond = measureCopies(shared, rank, device);
  return result;
}

void cuda::writeProfile(const Profile &profile, const std::string &device, const std::string &path) {
  std::string text = fmt::format("{{\"device\": \"{}\", \"copy_bytes_per_second\": {:.6g}, \"sections\": [", device,
                                 profile.copyBytesPerSecond);
  const char *comma = "";
  for (const SectionProfile &section : profile.sections) {
    text += fmt::format(
        "{}\n{{\"name\": \"{}\", \"repeat\": {}, \"microseconds\": {:.3f}, \"library_microseconds\": {:.3f}, "
        "\"host_microseconds\": {:.3f}, \"tasks\": [",
        comma, section.name, section.repeat, section.microseconds, section.libraryMicroseconds,
        section.hostMicroseconds);
    const char *between = "";
    for (const TaskProfile &task : section.tasks) {
      text += fmt::format("{}\n  {{\"what\": \"{}\", \"stream\": \"{}\", \"library\": {}, \"microseconds\": {:.3f}}}",
                          between, task.what, task.stream, task.isLibrary, task.microseconds);
      between = ",";
    }
    text += "]}";
    comma = ",";
  }
  Output(path).write(text + "]}\n");
}
