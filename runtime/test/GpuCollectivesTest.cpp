//===- GpuCollectivesTest.cpp - Kernels of collectives against the CPU's communicator --===//

#include "KernelRunner.h"
#include "comm/Collective.h"
#include "comm/Local.h"
#include "cuda/Collectives.h"

#include <cstdio>
#include <gtest/gtest.h>
#include <numeric>
#include <random>
#include <thread>

using namespace shardrt;

namespace {

template <typename T>
constexpr int32_t dtypeOf = std::is_same_v<T, float>      ? SHARDRT_F32
                            : std::is_same_v<T, double>   ? SHARDRT_F64
                            : std::is_same_v<T, BFloat16> ? SHARDRT_BF16
                                                          : SHARDRT_I32;

/// The arenas of all ranks.
template <typename T> using Arenas = std::vector<std::vector<T>>;

template <typename T> class GpuCollectivesTest : public ::testing::Test {
protected:
  static constexpr int64_t most = 8192; ///< elements of an arena

  void SetUp() override {
    if (!cuda::findKernelImage("Collectives"))
      GTEST_SKIP() << "the runtime was built without GPU kernels";
    if (runsOnGpu())
      GTEST_SKIP() << "the kernels read addresses from memory, and these are the host's";
  }

  /// Runs a collective with the kernels and with threads of the CPU: all arenas must have the same bits after it.
  void expectLikeCpu(int64_t ranks, int32_t kind, int32_t reduction, std::vector<shardrt_segment> segments) {
    for (shardrt_segment &segment : segments) {
      segment.send *= int64_t(sizeof(T));
      segment.recv *= int64_t(sizeof(T));
    }
    shardrt_collective_desc desc{
        kind, reduction, dtypeOf<T>, 0, 0, static_cast<int32_t>(segments.size()), segments.data(), "test"};
    Arenas<T> found = draw(ranks), expected = found;
    runOnCpu(expected, desc);
    instructions = runOnGpu(found, desc);
    for (size_t rank = 0; rank < found.size(); ++rank)
      EXPECT_EQ(memcmp(found[rank].data(), expected[rank].data(), most * sizeof(T)), 0)
          << "kind " << kind << ", reduction " << reduction << ", rank " << rank << " of " << ranks;
  }

  int64_t instructions = 0; ///< that the last collective took

private:
  static Arenas<T> draw(int64_t ranks) {
    std::mt19937 random(1);
    Arenas<T> arenas(static_cast<size_t>(ranks), std::vector<T>(most));
    for (std::vector<T> &arena : arenas)
      for (T &element : arena)
        element = T(std::normal_distribution<float>(0, 1000)(random));
    return arenas;
  }
  static void runOnCpu(Arenas<T> &arenas, const shardrt_collective_desc &desc) {
    auto ranks = static_cast<int64_t>(arenas.size());
    LocalWorld world(ranks);
    std::vector<int64_t> everyone(arenas.size());
    std::iota(everyone.begin(), everyone.end(), 0);
    std::vector<std::unique_ptr<Communicator>> groups;
    for (int64_t rank : everyone)
      groups.push_back(world.join(rank, everyone));
    std::vector<std::thread> threads;
    for (size_t rank = 0; rank < arenas.size(); ++rank)
      threads.emplace_back([&, rank] { groups[rank]->run(desc, reinterpret_cast<char *>(arenas[rank].data())); });
    for (std::thread &thread : threads)
      thread.join();
  }
  static int64_t runOnGpu(Arenas<T> &arenas, const shardrt_collective_desc &desc) {
    auto runner = createKernelRunner();
    std::vector<uint64_t> addresses;
    for (std::vector<T> &arena : arenas) {
      addresses.push_back(reinterpret_cast<uint64_t>(arena.data()));
      runner->out(arena);
    }
    runner->in(addresses);
    auto onAll = [&](auto launch) {
      for (size_t rank = 0; rank < arenas.size(); ++rank)
        launch(*runner, {addresses.data(), static_cast<int64_t>(arenas.size()), static_cast<int64_t>(rank)}, desc,
               reinterpret_cast<char *>(arenas[rank].data()));
    };
    if (desc.kind == SHARDRT_ALL_GATHER) {
      onAll(cuda::allGather);
    } else if (desc.kind == SHARDRT_REDUCE_SCATTER) {
      onAll(cuda::reduceScatter);
    } else {
      onAll(cuda::reduceSlices);
      onAll(cuda::gatherSlices);
    }
    return runner->instructions;
  }
};

using Types = ::testing::Types<float, double, BFloat16, int32_t>;
TYPED_TEST_SUITE(GpuCollectivesTest, Types);

TYPED_TEST(GpuCollectivesTest, GatherParts) {
  for (int64_t ranks : {1, 2, 3})
    for (int64_t part : {1, 7, 32, 700})
      for (int64_t lacking : {0, 1, 16})
        if (int64_t total = ranks * part - lacking; total > 0)
          this->expectLikeCpu(ranks, SHARDRT_ALL_GATHER, 0,
                              {{0, 2048, 2, part, total}, {1501, 1537 + 4700, 1, 5, 5 * ranks}});
}

TYPED_TEST(GpuCollectivesTest, ReduceAndScatter) {
  for (int64_t ranks : {1, 2, 3})
    for (int32_t reduction : {SHARDRT_SUM, SHARDRT_MAX})
      for (int64_t part : {1, 7, 32, 700})
        for (int64_t lacking : {0, 1, 16})
          if (int64_t total = ranks * part - lacking; total > 0)
            this->expectLikeCpu(ranks, SHARDRT_REDUCE_SCATTER, reduction,
                                {{0, 4608, 2, part, total}, {6101, 7003, 1, 5, 5 * ranks}});
}

TYPED_TEST(GpuCollectivesTest, ReduceForAll) {
  for (int64_t ranks : {1, 2, 3, 8})
    for (int32_t reduction : {SHARDRT_SUM, SHARDRT_MAX})
      for (int64_t count : {1, 16, 33, 1024, 1530})
        for (int64_t recv : {0, 2048}) // in place, too
          this->expectLikeCpu(ranks, SHARDRT_ALL_REDUCE, reduction,
                              {{0, recv, 1, count, count}, {4097, 5001, 1, 30, 30}});
}

TYPED_TEST(GpuCollectivesTest, MoveSixteenBytesAtATimeWhereTheyCan) {
  for (int32_t kind : {SHARDRT_ALL_REDUCE, SHARDRT_ALL_GATHER, SHARDRT_REDUCE_SCATTER}) {
    bool isReduced = kind == SHARDRT_ALL_REDUCE;
    this->expectLikeCpu(2, kind, SHARDRT_SUM, {{0, 4096, 1, isReduced ? 2048 : 1024, 2048}});
    int64_t wide = this->instructions;
    this->expectLikeCpu(2, kind, SHARDRT_SUM, {{1, 4097, 1, isReduced ? 2048 : 1024, 2048}});
    EXPECT_LT(wide * (sizeof(TypeParam) == 8 ? 3 : 4), this->instructions * 2) << "kind " << kind;
  }
}

} // namespace
