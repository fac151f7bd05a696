//===- RankDevice.cpp - A GPU as one rank uses it -----------------------------------===//

#include "cuda/RankDevice.h"
#include "program/Rank.h"

#include <unistd.h>

using namespace shardrt;
using namespace shardrt::cuda;

RankDevice::RankDevice(SharedGpu &shared, const Program &program, int64_t index)
    : shared(shared), program(program), driver(shared.driver), region(shared.memory.getRegion(index)),
      recorder(shared.gpu, shared.capture, program.getManifest().gpu->streams),
      staging(shared.gpu, shared.capture.getStream()) {}

const void *RankDevice::storeConstants(std::span<const uint64_t> values) {
  auto bytes = static_cast<int64_t>(values.size_bytes());
  auto *memory = reinterpret_cast<char *>(shared.memory.takeConstants(bytes));
  store(memory, values.data(), bytes);
  return memory;
}

/// The rank's thread comes here first: it gets the GPU's context.
char *RankDevice::allocate(int64_t bytes) {
  shared.gpu.makeCurrent();
  driver.check(driver.memsetD8Async(region.arena, 0, static_cast<size_t>(bytes), shared.capture.getStream()),
               "zeroing the arena");
  return reinterpret_cast<char *>(region.arena);
}

void RankDevice::store(char *to, const void *host, int64_t bytes) {
  staging.store(reinterpret_cast<CUdeviceptr>(to), static_cast<const char *>(host), bytes);
}

void RankDevice::fetch(void *host, const char *from, int64_t bytes) {
  staging.fetch(static_cast<char *>(host), reinterpret_cast<CUdeviceptr>(from), bytes);
  while (shared.isLost)
    pause();
}

/// Returns the name of a task of the section under way, for profilers.
const char *RankDevice::nameTask(int32_t task) const {
  if (!taskNames || task < 0 || task >= static_cast<int64_t>(taskNames->size()))
    return "task without a name";
  return program.getManifest().gpu->taskNames[static_cast<size_t>((*taskNames)[static_cast<size_t>(task)])].c_str();
}

int32_t RankDevice::run(Section section, shardrt_rank &rank) {
  return shared.sections.run(reinterpret_cast<const void *>(section), recorder, rank.progress, [&] {
    taskNames = program.findTaskNames(section);
    int32_t status = section(&rank, rank.arena);
    range.reset();
    taskNames = nullptr;
    return status;
  });
}

int32_t RankDevice::beginTask(int32_t task, int32_t stream, std::span<const int32_t> waits) {
  int32_t status = recorder.guard([&] { recorder.beginTask(task, stream, waits); });
  if (status == 0)
    range.emplace(nameTask(task));
  return status;
}

int32_t RankDevice::endTask(int32_t task, bool isAwaited) {
  range.reset();
  return recorder.guard([&] { recorder.endTask(task, isAwaited); });
}

int32_t RankDevice::launch(int32_t function, std::span<const uint64_t> arguments) {
  return recorder.guard([&] { shared.modules.launch(function, arguments, recorder.getStream()); });
}

int32_t RankDevice::perform(const LibraryTask &task) {
  return recorder.guard([&] { std::visit([&](const auto &each) { serve(each); }, task); });
}

void RankDevice::serve(const CopyTask &task) {
  driver.check(driver.memcpyDtoDAsync(reinterpret_cast<CUdeviceptr>(task.dst), reinterpret_cast<CUdeviceptr>(task.src),
                                      static_cast<size_t>(task.bytes), recorder.getStream()),
               "copying {} bytes within {}", task.bytes, shared.gpu.getName());
}

void RankDevice::serve(const GemmTask &task) {
  const GemmShape &shape = task.shape;
  if (task.terms.any()) {
    if (shape.m <= 0 || shape.n <= 0 || shape.k <= 0)
      fail(Exit::BadInput,
           "a matrix product that adds a bias or a matrix is of {} x {} x {}, expected sizes of at least 1", shape.m,
           shape.n, shape.k);
  } else if (shape.m == 0 || shape.n == 0) {
    return;
  } else if (shape.k == 0) {
    auto bytes = static_cast<size_t>(shape.m * shape.n * sizeOf(shape.resultDtype));
    driver.check(driver.memsetD8Async(reinterpret_cast<CUdeviceptr>(task.c), 0, bytes, recorder.getStream()),
                 "zeroing an empty product");
    return;
  }
  multiply(task);
}

void RankDevice::multiply(const GemmTask &task) {
  if (!recorder.isOnFirstStream())
    fail(Exit::BadInput,
         "a matrix product is on the stream \"{}\": all share one workspace, and must be on the first stream",
         recorder.getStreamName());
  shared.products.run(task.shape, task.a, task.b, task.terms, task.c, reinterpret_cast<void *>(region.workspace),
                      recorder.getStream());
}

/// Whether positions are those that the runtime writes itself. What else a program computes may be in order too, which
/// nobody knows before it has run.
bool RankDevice::inOrder(const AttentionTensors &tensors, const AttentionShape &shape) const {
  const std::optional<Input> &positions = program.getManifest().positions;
  if (!positions)
    return false;
  auto *written = reinterpret_cast<const int32_t *>(region.arena + static_cast<CUdeviceptr>(positions->offset));
  return shape.qLen == shape.kLen && tensors.qPositions == written && tensors.kPositions == written;
}

void RankDevice::serve(const AttentionTask &task) {
  shared.attention.run({false, inOrder(task.tensors, task.shape), task.dtype, task.shape}, task.tensors, nullptr, *this,
                       recorder.getStream());
}

void RankDevice::serve(const AttentionGradTask &task) {
  shared.attention.run({true, inOrder(task.tensors, task.shape), task.dtype, task.shape}, task.tensors, &task.gradients,
                       *this, recorder.getStream());
}
