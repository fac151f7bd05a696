//===- RopeTable.cpp - The launch of cosines and sines of positions ----------------===//

#include "cuda/KernelArguments.h"

using namespace shardrt;
using namespace shardrt::cuda;

void cuda::ropeTable(KernelLauncher &launcher, const int32_t *positions, const double *frequencies, void *cosines, void *sines,
                     int64_t rows, int64_t half, shardrt_dtype dtype) {
  expectFloat32("shardrt_rope_table", dtype);
  launchKernel(launcher, "RopeTable", "rope_table", (rows * half + 255) / 256, 256, 0, positions, frequencies, cosines, sines,
               rows, half);
}
