//===- Collectives.cpp - How fast ranks exchange tensors ------------------------------===//
//
//   bench-collectives [RANKS]           ranks that are threads, 2 unless said
//   mpirun -n 2 bench-collectives       ranks that are processes
//
// Prints, for each kind and size, the bytes of the whole tensor over the median time of one collective.
//
//===------------------------------------------------------------------------===//

#include "comm/JobProcess.h"
#include "comm/Local.h"
#include "comm/MessageWorld.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fmt/format.h>
#include <numeric>
#include <thread>

using namespace shardrt;

static constexpr const char *kinds[] = {"all_reduce", "all_gather", "reduce_scatter"};

static double medianSeconds(Communicator &group, const shardrt_collective_desc &desc, char *arena) {
  std::vector<double> seconds;
  for (int i = 0; i < 11; ++i) {
    auto start = std::chrono::steady_clock::now();
    if (group.run(desc, arena) != CollectiveStatus::Ok)
      std::abort();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::nth_element(seconds.begin(), seconds.begin() + 5, seconds.end());
  return seconds[5];
}

static void measure(Communicator &group, const char *name) {
  for (int64_t kibibytes : {4, 1024, 131072}) {
    int64_t total = kibibytes * 1024 / int64_t(sizeof(float)), part = (total + group.size() - 1) / group.size();
    std::vector<float> arena(static_cast<size_t>(total + part), 1);
    int64_t after = part * int64_t(sizeof(float)), afterWhole = total * int64_t(sizeof(float));
    const shardrt_segment segments[] = {
        {0, 0, 1, total, total}, {0, after, 1, part, total}, {0, afterWhole, 1, part, total}};
    for (int32_t kind = 0; kind < 3; ++kind) {
      shardrt_collective_desc desc{kind, SHARDRT_MAX, SHARDRT_F32, 0, 0, 1, &segments[kind], "bench"};
      double seconds = medianSeconds(group, desc, reinterpret_cast<char *>(arena.data()));
      if (group.rank() == 0)
        fmt::print("{:8}{:2} ranks  {:15}{:>8} KiB  {:10.1f} us  {:6.2f} GB/s\n", name, group.size(), kinds[kind],
                   kibibytes, seconds * 1e6, static_cast<double>(kibibytes) * 1024 / seconds / 1e9);
    }
  }
}

int main(int argc, char **argv) {
  std::optional<Launch> launch = findLauncher();
  int64_t ranks = launch ? launch->size : argc > 1 ? std::max(1, atoi(argv[1])) : 2;
  std::vector<int64_t> everyone(static_cast<size_t>(ranks));
  std::iota(everyone.begin(), everyone.end(), 0);
  if (launch) {
    std::unique_ptr<JobProcess> process = beginProcess(*launch, std::chrono::seconds(60));
    MessageWorld world(process->connect(ranks), MessageWorld::defaultStaging(ranks));
    measure(*world.join(launch->rank, everyone), launch->meeting ? "tcp" : "mpi");
    process->finish();
    return 0;
  }
  LocalWorld world(ranks);
  std::vector<std::unique_ptr<Communicator>> ends;
  for (int64_t rank = 0; rank < ranks; ++rank)
    ends.push_back(world.join(rank, everyone));
  std::vector<std::thread> threads;
  for (int64_t rank = 0; rank < ranks; ++rank)
    threads.emplace_back([&, rank] { measure(*ends[static_cast<size_t>(rank)], "local"); });
  for (std::thread &thread : threads)
    thread.join();
}
