//===- RopeTable.cpp - The launches of a rotary table --------------------------------===//

#include "cuda/KernelArguments.h"
#include "cuda/kernels/RopeTableTiles.h"

using namespace shardrt;
using namespace shardrt::cuda;

/// Frequencies lie in the host's memory. They go along as arguments, a few with each launch, so that a recorded section
/// has them.
void cuda::run(KernelLauncher &launcher, const RopeTableTask &task) {
  using Tiles = RopeTableTiles;
  expectFloat32("shardrt_rope_table", task.dtype);
  for (int64_t first = 0; first < task.half; first += Tiles::columns) {
    auto at = [&](int64_t i) { return first + i < task.half ? task.frequencies[first + i] : 0.0; };
    launchKernel(launcher, "RopeTable", "rope_table", (task.rows + Tiles::threads - 1) / Tiles::threads, Tiles::threads,
                 0, task.positions, task.cosines, task.sines, task.rows, task.half, first, at(0), at(1), at(2), at(3),
                 at(4), at(5), at(6), at(7));
  }
}
