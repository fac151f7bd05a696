//===- Collectives.cpp - Launches of collectives within a GPU ----------------------===//

#include "cuda/Collectives.h"
#include "comm/Collective.h"
#include "cuda/KernelArguments.h"
#include "cuda/kernels/CollectivesTiles.h"

#include <initializer_list>

using namespace shardrt;
using namespace shardrt::cuda;
using Tiles = CollectivesTiles;

static bool areMultiples(int64_t unit, std::initializer_list<int64_t> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [unit](int64_t each) { return each % unit == 0; });
}

/// The name of a reduction's kernel, after sum_ or max_, and the bytes of an element.
namespace {
struct Element {
  const char *name;
  int64_t bytes;
};
} // namespace

static Element describeElement(int32_t dtype) {
  switch (dtype) {
  case SHARDRT_F32:
    return {"float32", 4};
  case SHARDRT_F64:
    return {"float64", 8};
  case SHARDRT_BF16:
    return {"bfloat16", 2};
  default:
    return {"int32", 4};
  }
}

/// Copies [rows, total] elements in parts, as the kernel says; steps are in elements, offsets in bytes.
static void gather(KernelLauncher &launcher, const ArenaGroup &group, int32_t dtype, int64_t send, char *target,
                   int64_t rows, int64_t total, int64_t part, int64_t peerStep, int64_t rowStep, int64_t own) {
  int64_t bytes = describeElement(dtype).bytes;
  bool isWide = areMultiples(Tiles::unitBytes, {send, reinterpret_cast<int64_t>(target), total * bytes, part * bytes});
  int64_t unit = isWide ? Tiles::unitBytes : bytes == 2 ? 2 : 4;
  auto units = [&](int64_t elements) { return elements * bytes / unit; };
  const char *kernel = isWide ? "gather_16" : unit == 2 ? "gather_2" : "gather_4";
  launchKernel(launcher, "Collectives", kernel, (rows * units(total) + Tiles::gathered - 1) / Tiles::gathered,
               Tiles::threads, 0, group.arenas, target, send / unit, rows, units(total), units(part), units(peerStep),
               units(rowStep), own);
}

/// Reduces [rows, valid] elements of each rank to `target`, in rows of `columns`; steps are in elements, offsets in
/// bytes.
static void reduce(KernelLauncher &launcher, const ArenaGroup &group, const shardrt_collective_desc &desc, int64_t send,
                   char *target, int64_t rows, int64_t valid, int64_t columns, int64_t sendStep) {
  auto [name, bytes] = describeElement(desc.dtype);
  bool isWide = areMultiples(Tiles::unitBytes, {send, reinterpret_cast<int64_t>(target), valid * bytes, columns * bytes,
                                                rows == 1 ? 0 : sendStep * bytes});
  std::string kernel =
      fmt::format("{}_{}{}", desc.reduction == SHARDRT_MAX ? "max" : "sum", name, isWide ? "" : "_single");
  int64_t elements = isWide ? Tiles::unitBytes / bytes : 1, threads = rows * columns / elements;
  launchKernel(launcher, "Collectives", kernel.c_str(), (threads + Tiles::threads - 1) / Tiles::threads, Tiles::threads,
               0, group.arenas, group.size, target, send / bytes, rows, valid, columns, sendStep);
}

void cuda::allGather(KernelLauncher &launcher, const ArenaGroup &group, const shardrt_collective_desc &desc,
                     char *arena) {
  for (const shardrt_segment &segment : std::span(desc.segments, static_cast<size_t>(desc.num_segments)))
    gather(launcher, group, desc.dtype, segment.send, arena + segment.recv, segment.outer, segment.total, segment.part,
           0, segment.part, -1);
}

void cuda::reduceScatter(KernelLauncher &launcher, const ArenaGroup &group, const shardrt_collective_desc &desc,
                         char *arena) {
  for (const shardrt_segment &segment : std::span(desc.segments, static_cast<size_t>(desc.num_segments)))
    reduce(launcher, group, desc, segment.send + group.position * segment.part * describeElement(desc.dtype).bytes,
           arena + segment.recv, segment.outer, validColumns(segment, group.position), segment.part, segment.total);
}

void cuda::reduceSlices(KernelLauncher &launcher, const ArenaGroup &group, const shardrt_collective_desc &desc,
                        char *arena) {
  for (const shardrt_segment &segment : std::span(desc.segments, static_cast<size_t>(desc.num_segments))) {
    shardrt_segment slices = sliced(segment, group.size);
    int64_t count = validColumns(slices, group.position);
    int64_t begin = group.position * slices.part * describeElement(desc.dtype).bytes;
    reduce(launcher, group, desc, segment.send + begin, arena + segment.recv + begin, 1, count, count, 0);
  }
}

void cuda::gatherSlices(KernelLauncher &launcher, const ArenaGroup &group, const shardrt_collective_desc &desc,
                        char *arena) {
  for (const shardrt_segment &segment : std::span(desc.segments, static_cast<size_t>(desc.num_segments))) {
    shardrt_segment slices = sliced(segment, group.size);
    gather(launcher, group, desc.dtype, segment.recv, arena + segment.recv, 1, slices.total, slices.part, slices.part,
           0, group.position);
  }
}
