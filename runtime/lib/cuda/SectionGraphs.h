//===- SectionGraphs.h - The sections of a program as graphs ---------------------===//
#ifndef SHARDRT_LIB_CUDA_SECTIONGRAPHS_H
#define SHARDRT_LIB_CUDA_SECTIONGRAPHS_H

#include "comm/Barrier.h"
#include "cuda/Recorder.h"
#include "program/Communicator.h"
#include "program/Progress.h"

#include <unordered_map>

namespace shardrt::cuda {

/// Hears of sections before their graphs are recorded and launched.
class SectionObserver {
public:
  virtual ~SectionObserver() = default;
  virtual void beginSection(const void *key) = 0;
  virtual void launchSection(const void *key) = 0; ///< allocates nothing
};

/// The graphs of a process, one for each section, of all its ranks. Ranks are threads: they meet, and the last to come
/// launches the section's graph for all. Where there is none yet it begins a capture, each rank records its part, and
/// they meet again.
class SectionGraphs {
public:
  SectionGraphs(const Gpu &gpu, Capture &capture, int64_t ranks);
  ~SectionGraphs();
  SectionGraphs(const SectionGraphs &) = delete;
  SectionGraphs &operator=(const SectionGraphs &) = delete;

  /// Launches the section that `key` stands for; all ranks call this together. `section` is called where it must be
  /// recorded. Returns 0, what `section` returned where that is not 0 (no rank's part is launched then), or
  /// CollectiveStatus::PeerLost after abort(). Throws Error.
  template <typename Body> int32_t run(const void *key, Recorder &recorder, Progress &progress, Body section) {
    if (!meet(progress, [&] { beginOrLaunch(key); }))
      return static_cast<int32_t>(CollectiveStatus::PeerLost);
    if (!capture.isUnderWay())
      return 0;
    int32_t status = recorder.record(section);
    if (status != 0)
      isRefused.store(true);
    if (!meet(progress, [&] { finish(key); }))
      return static_cast<int32_t>(CollectiveStatus::PeerLost);
    return status;
  }

  /// Sets who hears of sections from now on; null for nobody.
  void observe(SectionObserver *observer) { this->observer = observer; }
  /// Forgets all graphs: sections are recorded again.
  void clear();

  /// Wakes the ranks that wait here for one that does not come; any thread may call it.
  void abort() { barrier.breakUp(); }

private:
  const Gpu &gpu;
  Capture &capture;
  Barrier barrier;
  std::atomic<bool> isRefused{false}; ///< a rank's section has returned a status
  std::unordered_map<const void *, CUgraphExec> graphs;
  SectionObserver *observer = nullptr;

  /// Waits for all ranks; the last to come calls `action` first.
  template <typename Action> bool meet(Progress &progress, Action action) {
    static constexpr shardrt_collective_desc meeting = {-1, 0, 0, -1, -4, 0, nullptr, "launch of a section"};
    progress.enter(meeting);
    bool met = barrier.wait(action);
    progress.leave();
    return met;
  }
  void beginOrLaunch(const void *key);
  void finish(const void *key);
  void launch(const void *key, CUgraphExec graph);
};

} // namespace shardrt::cuda
#endif
