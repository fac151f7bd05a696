//===- Nccl.cpp - A libnccl.so.2 that runs on the CPU, for tests ------------------------===//
//
// Its communicators are processes that meet in shared memory, and its collectives work on the streams of the stub
// driver. What NCCL answers with nonsense or waits for ever is an error here: members that come with different
// collectives, memory that is not the GPU's, calls after an abort.
//
//===------------------------------------------------------------------------------------===//

#pragma GCC visibility push(default)
#include <nccl.h>
#pragma GCC visibility pop

#include "Control.h"
#include "Meeting.h"
#include "NcclReduce.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <cuda.h>
#include <memory>
#include <stdexcept>
#include <sys/random.h>
#include <vector>

using namespace shardrt::stub;

#define CALLED(function, ...)                                                                                          \
  if (int result = called(#function __VA_OPT__(, static_cast<int64_t>(__VA_ARGS__))))                                  \
  return static_cast<ncclResult_t>(result)

namespace {

/// One collective of a group call.
struct Op {
  enum Kind : int32_t { AllReduce, AllGather, ReduceScatter } kind;
  ncclDataType_t type;
  ncclRedOp_t reduction;
  int32_t unused; ///< fills up what members compare
  uint64_t count; ///< as the call has it
  const void *send;
  void *recv;
};

} // namespace

struct ncclComm {
  std::string name;
  int64_t rank, count;
  std::unique_ptr<Meeting> meeting;
  int64_t splits = 0;
  std::atomic<bool> isAborted{false};
};

static thread_local std::string lastError;

static ncclResult_t refuse(ncclResult_t result, const std::string &why) {
  lastError = why;
  return result;
}

/// Bytes of all ranks together where a collective has wholes on one side: those of an all-gather's result, for example.
static uint64_t sentBytes(const Op &op, int64_t ranks) {
  return op.count * elementBytes(op.type) * static_cast<uint64_t>(op.kind == Op::ReduceScatter ? ranks : 1);
}
static uint64_t receivedBytes(const Op &op, int64_t ranks) {
  return op.count * elementBytes(op.type) * static_cast<uint64_t>(op.kind == Op::AllGather ? ranks : 1);
}

/// What members compare: an op without its addresses.
static constexpr size_t recordBytes = offsetof(Op, send);

static void write(const std::vector<Op> &ops, int64_t ranks, char *to) {
  for (const Op &op : ops) {
    memcpy(to, &op, recordBytes);
    memcpy(to + recordBytes, op.send, sentBytes(op, ranks));
    to += recordBytes + sentBytes(op, ranks);
  }
}

static void finish(const ncclComm &comm, const std::vector<Op> &ops) {
  uint64_t at = 0;
  for (const Op &op : ops) {
    for (int64_t peer = 0; peer < comm.count; ++peer)
      if (memcmp(comm.meeting->read(peer) + at, &op, recordBytes) != 0)
        throw std::runtime_error("rank " + std::to_string(peer) + " of " + comm.name + " came with another collective");
    at += recordBytes;
    uint64_t part = op.count * elementBytes(op.type);
    auto of = [&](int64_t peer) { return comm.meeting->read(peer) + at; };
    auto *to = static_cast<char *>(op.recv);
    if (op.kind == Op::AllGather)
      for (int64_t peer = 0; peer < comm.count; ++peer)
        memcpy(to + static_cast<uint64_t>(peer) * part, of(peer), part);
    else if (op.kind == Op::AllReduce)
      reduce(op.type, op.reduction, comm.count, 1, op.count, of, to);
    else
      reduce(
          op.type, op.reduction, comm.count, comm.rank + 1, op.count,
          [&](int64_t peer) { return of(peer) + static_cast<uint64_t>(comm.rank) * part; }, to);
    at += sentBytes(op, comm.count);
  }
}

static ncclResult_t launch(ncclComm *comm, const std::vector<Op> &ops, cudaStream_t stream) {
  uint64_t bytes = 0;
  for (const Op &op : ops)
    bytes += recordBytes + sentBytes(op, comm->count);
  if (bytes > static_cast<uint64_t>(Meeting::mostBytes))
    return refuse(ncclInvalidArgument, "the stub has no room for so much");
  auto start = [=] { return comm->isAborted || comm->meeting->post([&](char *to) { write(ops, comm->count, to); }); };
  auto end = [=] {
    if (comm->isAborted)
      return true;
    if (!comm->meeting->isComplete())
      return false;
    finish(*comm, ops);
    comm->meeting->finishRead();
    return true;
  };
  const char *order = getenv("NCCL_LAUNCH_ORDER_IMPLICIT");
  bool isOrdered = order && strcmp(order, "1") == 0;
  return enqueueCollective(stream, "collective", isOrdered, start, end)
             ? ncclSuccess
             : refuse(ncclUnhandledCudaError, "the stream has failed");
}

namespace {
/// A group call under way, of one communicator on one stream.
struct Group {
  int depth = 0;
  ncclComm *comm = nullptr;
  cudaStream_t stream = nullptr;
  std::vector<Op> ops;
};
} // namespace

static thread_local Group group;

static ncclResult_t add(const Op &op, ncclComm *comm, cudaStream_t stream) {
  if (!comm || comm->isAborted)
    return refuse(ncclInvalidUsage, "the communicator has been aborted");
  if (elementBytes(op.type) == 0 || (op.reduction != ncclSum && op.reduction != ncclMax))
    return refuse(ncclInvalidArgument, "the stub has no such type or operation");
  if (!isDeviceMemory(op.send, static_cast<int64_t>(sentBytes(op, comm->count))) ||
      !isDeviceMemory(op.recv, static_cast<int64_t>(receivedBytes(op, comm->count))))
    return refuse(ncclInvalidArgument, "the memory is not all the GPU's");
  if (group.depth == 0)
    return launch(comm, {op}, stream);
  if (!group.ops.empty() && (group.comm != comm || group.stream != stream))
    return refuse(ncclInvalidUsage, "the stub takes one communicator and stream in a group");
  group.comm = comm;
  group.stream = stream;
  group.ops.push_back(op);
  return ncclSuccess;
}

ncclResult_t ncclGetVersion(int *version) {
  CALLED(ncclGetVersion);
  *version = static_cast<int>(getSettings().nccl);
  return ncclSuccess;
}

const char *ncclGetErrorString(ncclResult_t result) {
  static constexpr const char *texts[] = {"no error",
                                          "unhandled cuda error",
                                          "unhandled system error",
                                          "internal error",
                                          "invalid argument",
                                          "invalid usage",
                                          "remote process exited or there was a network error"};
  return static_cast<size_t>(result) < std::size(texts) ? texts[result] : "unknown result code";
}

const char *ncclGetLastError(ncclComm_t) {
  return lastError.c_str();
}

ncclResult_t ncclGetUniqueId(ncclUniqueId *id) {
  CALLED(ncclGetUniqueId);
  unsigned char random[16];
  if (getrandom(random, sizeof random, 0) != sizeof random)
    return refuse(ncclSystemError, "no random numbers");
  for (size_t i = 0; i < sizeof random; ++i)
    snprintf(id->internal + 2 * i, 3, "%02x", random[i]);
  return ncclSuccess;
}

static ncclResult_t make(const std::string &name, int64_t rank, int64_t count, ncclComm_t *made) {
  auto comm = std::make_unique<ncclComm>();
  comm->name = name;
  comm->rank = rank;
  comm->count = count;
  try {
    comm->meeting = std::make_unique<Meeting>("stub-nccl-" + name, rank, count);
  } catch (const std::runtime_error &error) {
    return refuse(ncclSystemError, error.what());
  }
  *made = comm.release();
  countLive(1);
  return ncclSuccess;
}

ncclResult_t ncclCommInitRankConfig(ncclComm_t *comm, int count, ncclUniqueId id, int rank, ncclConfig_t *config) {
  CALLED(ncclCommInitRankConfig, count);
  if (!config || config->magic != 0xcafebeef || config->size != sizeof *config)
    return refuse(ncclInvalidArgument, "the configuration is none");
  if (ncclResult_t result = make(std::string(id.internal, strnlen(id.internal, sizeof id.internal)), rank, count, comm);
      result != ncclSuccess)
    return result;
  std::vector<int64_t> devices(static_cast<size_t>(count));
  int64_t mine = getDevice();
  (*comm)->meeting->exchange(&mine, sizeof mine, devices.data());
  const char *sharing = getenv("NCCL_MULTI_RANK_GPU_ENABLE");
  bool mayShare = getSettings().nccl >= 23000 && sharing && strcmp(sharing, "1") == 0;
  std::sort(devices.begin(), devices.end());
  if (!mayShare && std::adjacent_find(devices.begin(), devices.end()) != devices.end())
    return refuse(ncclInvalidUsage, "Duplicate GPU detected");
  return ncclSuccess;
}

ncclResult_t ncclCommSplit(ncclComm_t comm, int color, int key, ncclComm_t *made, ncclConfig_t *) {
  CALLED(ncclCommSplit);
  if (comm->isAborted)
    return refuse(ncclInvalidUsage, "the communicator has been aborted");
  struct Wish {
    int64_t color, key, rank;
  } mine = {color, key, comm->rank};
  std::vector<Wish> all(static_cast<size_t>(comm->count));
  comm->meeting->exchange(&mine, sizeof mine, all.data());
  std::erase_if(all, [&](const Wish &wish) { return wish.color != color; });
  std::sort(all.begin(), all.end(),
            [](const Wish &a, const Wish &b) { return std::pair(a.key, a.rank) < std::pair(b.key, b.rank); });
  auto place = std::find_if(all.begin(), all.end(), [&](const Wish &wish) { return wish.rank == comm->rank; });
  return make(comm->name + "-" + std::to_string(comm->splits++) + "-" + std::to_string(color), place - all.begin(),
              static_cast<int64_t>(all.size()), made);
}

ncclResult_t ncclCommDestroy(ncclComm_t comm) {
  CALLED(ncclCommDestroy);
  if (comm->isAborted)
    return refuse(ncclInvalidUsage, "the communicator has been aborted");
  delete comm;
  countLive(-1);
  return ncclSuccess;
}

ncclResult_t ncclCommAbort(ncclComm_t comm) {
  CALLED(ncclCommAbort);
  comm->isAborted = true;
  return ncclSuccess;
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t comm, ncclResult_t *error) {
  *error = static_cast<ncclResult_t>(called("ncclCommGetAsyncError"));
  return comm->isAborted ? refuse(ncclInvalidUsage, "the communicator has been aborted") : ncclSuccess;
}

ncclResult_t ncclAllReduce(const void *send, void *recv, size_t count, ncclDataType_t type, ncclRedOp_t op,
                           ncclComm_t comm, cudaStream_t stream) {
  CALLED(ncclAllReduce, count);
  return add({Op::AllReduce, type, op, 0, count, send, recv}, comm, stream);
}

ncclResult_t ncclAllGather(const void *send, void *recv, size_t count, ncclDataType_t type, ncclComm_t comm,
                           cudaStream_t stream) {
  CALLED(ncclAllGather, count);
  return add({Op::AllGather, type, ncclSum, 0, count, send, recv}, comm, stream);
}

ncclResult_t ncclReduceScatter(const void *send, void *recv, size_t count, ncclDataType_t type, ncclRedOp_t op,
                               ncclComm_t comm, cudaStream_t stream) {
  CALLED(ncclReduceScatter, count);
  return add({Op::ReduceScatter, type, op, 0, count, send, recv}, comm, stream);
}

ncclResult_t ncclGroupStart() {
  CALLED(ncclGroupStart);
  ++group.depth;
  return ncclSuccess;
}

ncclResult_t ncclGroupEnd() {
  CALLED(ncclGroupEnd);
  if (group.depth == 0)
    return refuse(ncclInvalidUsage, "no group has begun");
  if (--group.depth > 0 || group.ops.empty())
    return ncclSuccess;
  std::vector<Op> ops;
  ops.swap(group.ops);
  return launch(group.comm, ops, group.stream);
}

ncclResult_t ncclMemAlloc(void **memory, size_t bytes) {
  CALLED(ncclMemAlloc, bytes);
  CUdeviceptr address = 0;
  if (cuMemAlloc(&address, bytes) != CUDA_SUCCESS)
    return refuse(ncclUnhandledCudaError, "out of memory");
  *memory = reinterpret_cast<void *>(address);
  return ncclSuccess;
}

ncclResult_t ncclMemFree(void *memory) {
  CALLED(ncclMemFree);
  return cuMemFree(reinterpret_cast<CUdeviceptr>(memory)) == CUDA_SUCCESS ? ncclSuccess : ncclUnhandledCudaError;
}
