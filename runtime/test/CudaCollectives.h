//===- CudaCollectives.h - Collectives of a GPU, run one at a time -----------------------===//
#ifndef SHARDRT_TEST_CUDACOLLECTIVES_H
#define SHARDRT_TEST_CUDACOLLECTIVES_H

#include "cuda/LocalWorld.h"
#include "program/Program.h"

namespace shardrt::test {

/// The ranks of one group, on a GPU of their own.
class CudaRanks {
public:
  static constexpr int64_t arenaBytes = int64_t(1) << 20;

  explicit CudaRanks(int64_t ranks);

  cuda::RankDevice &getDevice(int64_t rank) { return *devices[static_cast<size_t>(rank)]; }
  cuda::LocalWorld &getWorld() { return *world; }
  /// Records what `body` calls as rank `rank` and launches it; all ranks call this together. Returns what `body`
  /// returns, or a CollectiveStatus. Throws Error.
  template <typename Body> int32_t run(int64_t rank, Body body) {
    Member &member = members[static_cast<size_t>(rank)];
    ++member.sections;
    return shared->sections.run(reinterpret_cast<const void *>(member.sections), getDevice(rank).getRecorder(),
                                member.progress, body);
  }

  /// Launches what was recorded last again; all ranks call this together.
  void replay(int64_t rank) {
    Member &member = members[static_cast<size_t>(rank)];
    shared->sections.run(reinterpret_cast<const void *>(member.sections), getDevice(rank).getRecorder(),
                         member.progress, [] { return -1; });
  }

private:
  struct Member {
    Progress progress;
    int64_t sections = 0; ///< run so far: each is another
  };
  std::unique_ptr<cuda::SharedGpu> shared;
  std::vector<std::unique_ptr<cuda::RankDevice>> devices;
  std::vector<Member> members;
  std::unique_ptr<cuda::LocalWorld> world;
};

} // namespace shardrt::test
#endif
