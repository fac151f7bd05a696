//===- CudaLaunchTest.cpp - What a launch of a section costs the host --------------------===//

#include "CudaCollectives.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <thread>

using namespace shardrt;
using namespace shardrt::test;

namespace {

using Clock = std::chrono::steady_clock;

/// Returns the time of a launch as rank 0 sees it, in microseconds, without what any rank spends in the driver: the
/// median of many. With each come the stores of a micro batch and the scalars of a step.
double measure(int64_t ranks, int64_t tasks) {
  auto *timeInDriver =
      reinterpret_cast<int64_t (*)()>(dlsym(dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL), "stub_count_nanoseconds"));
  constexpr int launches = 300;
  CudaRanks gpu(ranks);
  std::vector<double> microseconds;
  auto runRank = [&](int64_t rank) {
    cuda::RankDevice &device = gpu.getDevice(rank);
    char *arena = device.allocate(CudaRanks::arenaBytes);
    gpu.run(rank, [&] {
      for (int32_t task = 0; task < tasks; ++task) {
        device.beginTask(task, 0, {});
        device.perform(CopyTask{arena, arena + 4096, 64});
        device.endTask(task, false);
      }
      return 0;
    });
    std::vector<int32_t> batch(1024);
    for (int i = 0; i < launches; ++i) {
      int64_t driver = timeInDriver();
      auto begin = Clock::now();
      for (int64_t input = 0; input < 3; ++input)
        device.store(arena + 8192 * input, batch.data(), 4096);
      for (int64_t scalar = 0; scalar < 4; ++scalar)
        device.store(arena + 65536 + 64 * scalar, batch.data(), 4);
      gpu.replay(rank);
      int64_t all = std::chrono::nanoseconds(Clock::now() - begin).count();
      if (rank == 0)
        microseconds.push_back(static_cast<double>(all - (timeInDriver() - driver)) / 1e3);
    }
    device.fetch(batch.data(), arena, 4);
  };
  std::vector<std::thread> threads;
  for (int64_t rank = 0; rank < ranks; ++rank)
    threads.emplace_back(runRank, rank);
  for (std::thread &thread : threads)
    thread.join();
  std::nth_element(microseconds.begin(), microseconds.begin() + launches / 2, microseconds.end());
  return microseconds[launches / 2];
}

TEST(CudaLaunchTest, CostsTheHostLittleHoweverLongTheSection) {
  for (int64_t tasks : {1, 1000}) {
    double one = measure(1, tasks);
    printf("  %4ld tasks, 1 rank:  %7.2f us of the host a launch, beside the driver\n", tasks, one);
    EXPECT_LT(one, 50);
    for (int64_t ranks : {2, 4}) // they wait for one another: what that takes is up to the machine's cores
      printf("  %4ld tasks, %ld ranks: %7.2f us\n", tasks, ranks, measure(ranks, tasks));
  }
}

} // namespace
