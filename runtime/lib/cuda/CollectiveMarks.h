//===- CollectiveMarks.h - How far a GPU has come in its collectives ----------------===//
//
// The host launches a section and hears nothing until the step ends. So a counter in page-locked memory, which the GPU
// writes and any thread of the host reads, grows by one before each collective and by one after it: odd is inside. A
// stream of its own counts, so that no task waits for it.
//
//===------------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_COLLECTIVEMARKS_H
#define SHARDRT_LIB_CUDA_COLLECTIVEMARKS_H

#include "cuda/RankDevice.h"
#include "cuda/Recorder.h"
#include "program/Progress.h"

#include <unordered_map>

namespace shardrt::cuda {

class CollectiveMarks final : public DeviceProgress, public SectionObserver {
public:
  CollectiveMarks(SharedGpu &shared, Recorder &recorder);
  ~CollectiveMarks() override;
  CollectiveMarks(const CollectiveMarks &) = delete;
  CollectiveMarks &operator=(const CollectiveMarks &) = delete;

  // While a section is recorded, on the stream of the task under way.

  /// Marks that what `desc` states, along `axes`, is about to start, and makes it wait until the collective before it
  /// could.
  void enter(const shardrt_collective_desc &desc, const std::string &axes);
  void leave();

  void beginSection(const void *key) override;
  void launchSection(const void *key) override;
  void addTo(ProgressSnapshot &snapshot) const override;

private:
  /// A collective of a section.
  struct Mark {
    int32_t kind, index;
    std::string cause;
  };
  /// A launch of a section, and the number of collectives in all launches before it.
  struct Launch {
    uint64_t before = 0;
    const std::vector<Mark> *marks = nullptr;
  };

  SharedGpu &shared;
  Recorder &recorder;
  CUevent ready = nullptr, done = nullptr;
  bool hasEarlier = false; ///< a collective of the section that is recorded
  uint32_t *counter = nullptr;
  std::unordered_map<const void *, std::vector<Mark>> sections;
  std::vector<Mark> *recorded = nullptr;

  mutable std::mutex mutex;        ///< guards what follows
  std::array<Launch, 64> launches; ///< the last ones; number n is at n % 64
  uint64_t launched = 0, collectives = 0;

  void count(CUevent after);
};

} // namespace shardrt::cuda
#endif
