//===- CudaWaitsTest.cpp - Each wait of a collective on a GPU is needed ------------------===//

#include "CudaCollectives.h"
#include "program/Error.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <thread>

using namespace shardrt;
using namespace shardrt::test;

namespace {

constexpr int64_t ranks = 2, part = 24, whole = ranks * part;
// The arena, in elements.
constexpr int64_t fresh = 0, send = 64, recv = 128, out = 192, junk = 256, used = 320;

/// Makes the stub leave out the wait `number`, from 1, of those that follow; 0 for none. Returns how many waits there
/// were since the call before.
int64_t dropWait(int64_t number) {
  static auto *function =
      reinterpret_cast<int64_t (*)(int64_t)>(dlsym(dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL), "stub_drop_wait"));
  return function(number);
}

class CudaWaitsTest : public ::testing::TestWithParam<shardrt_collective_kind> {
protected:
  void SetUp() override {
    if (!cuda::findKernelImage("Collectives"))
      GTEST_SKIP() << "the runtime was built without GPU kernels";
  }

  /// Runs a collective right after its source has been written and right before source and result are overwritten, on
  /// fresh streams. Returns whether all ranks get what they must; `waits` gets the number of waits.
  bool isRight(int64_t drop, int64_t *waits = nullptr) {
    CudaRanks gpu(ranks);
    std::vector<std::unique_ptr<Communicator>> groups;
    for (int64_t rank = 0; rank < ranks; ++rank)
      groups.push_back(gpu.getWorld().join(rank, {0, 1}));
    dropWait(drop);
    std::vector<int> right(ranks);
    std::vector<std::thread> threads;
    for (int64_t rank = 0; rank < ranks; ++rank)
      threads.emplace_back([&, rank] {
        try {
          right[static_cast<size_t>(rank)] = runRank(gpu, *groups[static_cast<size_t>(rank)], rank);
        } catch (const Error &) {
          gpu.getWorld().abort();
        }
      });
    for (std::thread &thread : threads)
      thread.join();
    int64_t count = dropWait(0);
    if (waits)
      *waits = count;
    return right[0] && right[1];
  }

private:
  bool runRank(CudaRanks &gpu, Communicator &group, int64_t rank) {
    cuda::RankDevice &device = gpu.getDevice(rank);
    char *arena = device.allocate(CudaRanks::arenaBytes);
    auto at = [&](int64_t element) { return arena + element * int64_t(sizeof(float)); };
    std::vector<float> values(used, -1);
    for (int64_t i = 0; i < whole; ++i)
      values[static_cast<size_t>(fresh + i)] = valueOf(rank, i);
    device.store(arena, values.data(), used * int64_t(sizeof(float)));
    bool isReduced = GetParam() == SHARDRT_ALL_REDUCE; // in place
    shardrt_segment segment{send * 4, isReduced ? send * 4 : recv * 4, 1, isReduced ? whole : part, whole};
    shardrt_collective_desc desc{GetParam(), SHARDRT_SUM, SHARDRT_F32, 0, 0, 1, &segment, "test"};
    int32_t status = gpu.run(rank, [&] {
      constexpr int64_t bytes = whole * int64_t(sizeof(float));
      device.beginTask(0, 0, {});
      device.perform(CopyTask{at(fresh), at(send), bytes});
      CollectiveStatus found = group.run(desc, arena);
      device.perform(CopyTask{arena + segment.recv, at(out), bytes});
      device.perform(CopyTask{at(junk), at(send), bytes});
      device.perform(CopyTask{at(junk), at(recv), bytes});
      device.endTask(0, false);
      return static_cast<int32_t>(found);
    });
    device.fetch(values.data(), arena, used * int64_t(sizeof(float)));
    return status == 0 && std::equal(&values[out], &values[out] + (GetParam() == SHARDRT_REDUCE_SCATTER ? part : whole),
                                     expect(rank).begin());
  }
  static float valueOf(int64_t rank, int64_t i) { return static_cast<float>(1000 * (rank + 1) + i); }
  std::vector<float> expect(int64_t rank) const {
    std::vector<float> result;
    for (int64_t i = 0; i < whole; ++i) {
      int64_t column = GetParam() == SHARDRT_REDUCE_SCATTER ? rank * part + i : i;
      result.push_back(GetParam() == SHARDRT_ALL_GATHER ? valueOf(i / part, i % part)
                                                        : valueOf(0, column) + valueOf(1, column));
    }
    return result;
  }
};

// Of the orders that the stub draws, some show for each wait that it is missing.
TEST_P(CudaWaitsTest, AreAllNeeded) {
  int64_t waits = 0;
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(isRight(0, &waits));
  for (int64_t wait = 1; wait <= waits; ++wait) {
    bool isFound = false;
    for (int i = 0; i < 60 && !isFound; ++i)
      isFound = !isRight(wait);
    EXPECT_TRUE(isFound) << "wait " << wait << " of " << waits;
  }
}

std::string nameKind(const ::testing::TestParamInfo<shardrt_collective_kind> &info) {
  return info.param == SHARDRT_ALL_REDUCE   ? "AllReduce"
         : info.param == SHARDRT_ALL_GATHER ? "AllGather"
                                            : "ReduceScatter";
}

INSTANTIATE_TEST_SUITE_P(Kinds, CudaWaitsTest,
                         ::testing::Values(SHARDRT_ALL_REDUCE, SHARDRT_ALL_GATHER, SHARDRT_REDUCE_SCATTER), nameKind);

} // namespace
