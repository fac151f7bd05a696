//===- PackParts.cpp - Wholes as the parts of ranks, one after the other --------------===//

#include "cuda/PackParts.h"
#include "cuda/KernelArguments.h"
#include "cuda/kernels/PackPartsTiles.h"

using namespace shardrt;
using namespace shardrt::cuda;

/// Copies by the widest unit that sizes and addresses are multiples of.
static void move(KernelLauncher &launcher, const PackShape &shape, const char *from, char *to,
                 const char *const (&functions)[3]) {
  static constexpr int64_t units[] = {16, 4, 2};
  uint64_t sizes =
      static_cast<uint64_t>((shape.part | shape.total) * shape.elementSize) | toArgument(from) | toArgument(to);
  int i = 0;
  while (sizes % static_cast<uint64_t>(units[i]) != 0)
    ++i;
  int64_t part = shape.part * shape.elementSize / units[i], total = shape.total * shape.elementSize / units[i];
  constexpr int64_t ofBlock = PackPartsTiles::threads * PackPartsTiles::units;
  int64_t blocks = (shape.ranks * shape.outer * part + ofBlock - 1) / ofBlock;
  launchKernel(launcher, "PackParts", functions[i], blocks, PackPartsTiles::threads, 0, from, to, shape.ranks,
               shape.outer, part, total);
}

void cuda::packParts(KernelLauncher &launcher, const PackShape &shape, const char *whole, char *packed) {
  move(launcher, shape, whole, packed, {"pack_16", "pack_4", "pack_2"});
}

void cuda::unpackParts(KernelLauncher &launcher, const PackShape &shape, const char *packed, char *whole) {
  move(launcher, shape, packed, whole, {"unpack_16", "unpack_4", "unpack_2"});
}
