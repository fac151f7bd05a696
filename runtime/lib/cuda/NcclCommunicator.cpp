//===- NcclCommunicator.cpp - A group of ranks on GPUs of their own ---------------------===//

#include "cuda/NcclCommunicator.h"
#include "comm/Collective.h"
#include "cuda/PackParts.h"

using namespace shardrt;
using namespace shardrt::cuda;

/// Staged segments begin at whole cache lines of the GPU.
static constexpr int64_t alignment = 256;

static int64_t elementSize(int32_t dtype) {
  return withElementType(dtype, [](auto zero) { return static_cast<int64_t>(sizeof zero); });
}

static PackShape shapeOf(const shardrt_collective_desc &desc, const shardrt_segment &segment, int64_t ranks) {
  return {ranks, segment.outer, segment.part, segment.total, elementSize(desc.dtype)};
}

/// Returns whether NCCL cannot work on a segment where it lies.
static bool isStaged(const shardrt_collective_desc &desc, const shardrt_segment &segment, int64_t ranks) {
  return desc.kind != SHARDRT_ALL_REDUCE && !shapeOf(desc, segment, ranks).isPacked();
}

int64_t cuda::countStagingBytes(const shardrt_collective_desc &desc, int64_t ranks) {
  int64_t bytes = 0;
  for (int32_t i = 0; i < desc.num_segments; ++i)
    if (isStaged(desc, desc.segments[i], ranks))
      bytes += (shapeOf(desc, desc.segments[i], ranks).packedBytes() + alignment - 1) / alignment * alignment;
  return bytes;
}

static ncclDataType_t typeOf(int32_t dtype) {
  switch (dtype) {
  case SHARDRT_F32:
    return ncclFloat32;
  case SHARDRT_F64:
    return ncclFloat64;
  case SHARDRT_BF16:
    return ncclBfloat16;
  default:
    return ncclInt32;
  }
}

CollectiveStatus NcclCommunicator::run(const shardrt_collective_desc &desc, char *base) {
  int32_t status = world.device.getRecorder().guard([&] { record(desc, base); });
  return status == 0 ? CollectiveStatus::Ok : CollectiveStatus::Failed;
}

std::vector<NcclCommunicator::Piece> NcclCommunicator::place(const shardrt_collective_desc &desc) const {
  std::vector<Piece> pieces;
  char *next = world.memory + world.staging.at(world.device.getRecorder().getStreamIndex()).offset;
  for (int32_t i = 0; i < desc.num_segments; ++i) {
    const shardrt_segment &segment = desc.segments[i];
    bool staged = isStaged(desc, segment, count);
    pieces.push_back({segment, staged ? next : nullptr});
    if (staged)
      next += (shapeOf(desc, segment, count).packedBytes() + alignment - 1) / alignment * alignment;
  }
  return pieces;
}

void NcclCommunicator::record(const shardrt_collective_desc &desc, char *base) {
  Recorder &recorder = world.device.getRecorder();
  CUstream stream = recorder.getStream();
  ncclComm_t comm = world.channels->find(desc.group, recorder.getStreamIndex());
  if (!comm)
    fail(Exit::BadInput,
         "collective #{} along {} is on the stream \"{}\", where the program had none before the first step",
         desc.index, world.describeAxes(desc.group), recorder.getStreamName());
  std::vector<Piece> pieces = place(desc);
  if (desc.kind == SHARDRT_REDUCE_SCATTER)
    for (const Piece &piece : pieces)
      if (piece.staged)
        packParts(world.device, shapeOf(desc, piece.segment, count), base + piece.segment.send, piece.staged);
  world.marks->enter(desc, world.describeAxes(desc.group));
  auto check = [&](ncclResult_t result) {
    world.nccl.check(result, comm, "recording collective #{} along {} ({})", desc.index, world.describeAxes(desc.group),
                     desc.cause);
  };
  check(world.nccl.groupStart());
  ncclResult_t started = ncclSuccess;
  for (const Piece &piece : pieces)
    if (started == ncclSuccess)
      started = start(desc, piece, base, comm, stream);
  ncclResult_t ended = world.nccl.groupEnd();
  check(started);
  check(ended);
  world.marks->leave();
  if (desc.kind == SHARDRT_ALL_GATHER)
    for (const Piece &piece : pieces)
      if (piece.staged)
        unpackParts(world.device, shapeOf(desc, piece.segment, count), piece.staged, base + piece.segment.recv);
}

/// NCCL takes a part to be in place where it lies as its rank's in the whole.
ncclResult_t NcclCommunicator::start(const shardrt_collective_desc &desc, const Piece &piece, char *base,
                                     ncclComm_t comm, CUstream stream) const {
  const shardrt_segment &segment = piece.segment;
  const Nccl &nccl = world.nccl;
  ncclDataType_t type = typeOf(desc.dtype);
  ncclRedOp_t reduction = desc.reduction == SHARDRT_MAX ? ncclMax : ncclSum;
  char *send = base + segment.send, *recv = base + segment.recv;
  auto part = static_cast<size_t>(segment.outer * segment.part);
  switch (desc.kind) {
  case SHARDRT_ALL_REDUCE:
    return nccl.allReduce(send, recv, static_cast<size_t>(segment.total), type, reduction, comm, stream);
  case SHARDRT_ALL_GATHER:
    return nccl.allGather(send, piece.staged ? piece.staged : recv, part, type, comm, stream);
  default:
    return nccl.reduceScatter(piece.staged ? piece.staged : send, recv, part, type, reduction, comm, stream);
  }
}
