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

void RankDevice::copy(const void *src, void *dst, int64_t bytes) {
  recorder.guard([&] {
    driver.check(driver.memcpyDtoDAsync(reinterpret_cast<CUdeviceptr>(dst), reinterpret_cast<CUdeviceptr>(src),
                                        static_cast<size_t>(bytes), recorder.getStream()),
                 "copying {} bytes within {}", bytes, shared.gpu.getName());
  });
}

void RankDevice::gemm(const GemmShape &shape, const void *a, const void *b, void *c) {
  recorder.guard([&] {
    if (shape.m == 0 || shape.n == 0)
      return;
    if (shape.k == 0) {
      auto bytes = static_cast<size_t>(shape.m * shape.n * sizeOf(shape.resultDtype));
      driver.check(driver.memsetD8Async(reinterpret_cast<CUdeviceptr>(c), 0, bytes, recorder.getStream()),
                   "zeroing an empty product");
      return;
    }
    multiply(shape, a, b, {}, c);
  });
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

int32_t RankDevice::gemmPlus(const GemmShape &shape, const void *a, const void *b, const GemmTerms &terms, void *c) {
  return recorder.guard([&] {
    if (shape.m <= 0 || shape.n <= 0 || shape.k <= 0)
      fail(Exit::BadInput,
           "a matrix product that adds a bias or a matrix is of {} x {} x {}, expected sizes of at least 1", shape.m,
           shape.n, shape.k);
    multiply(shape, a, b, terms, c);
  });
}

void RankDevice::multiply(const GemmShape &shape, const void *a, const void *b, const GemmTerms &terms, void *c) {
  if (!recorder.isOnFirstStream())
    fail(Exit::BadInput,
         "a matrix product is on the stream \"{}\": all share one workspace, and must be on the first stream",
         recorder.getStreamName());
  shared.products.run(shape, a, b, terms, c, reinterpret_cast<void *>(region.workspace), recorder.getStream());
}

void RankDevice::attention(const AttentionTensors &tensors, const AttentionShape &shape, shardrt_dtype dtype) {
  recorder.guard([&] {
    shared.attention.run({false, inOrder(tensors, shape), dtype, shape}, tensors, nullptr, *this, recorder.getStream());
  });
}

void RankDevice::attentionGrad(const AttentionTensors &tensors, const AttentionGradients &gradients,
                               const AttentionShape &shape, shardrt_dtype dtype) {
  recorder.guard([&] {
    shared.attention.run({true, inOrder(tensors, shape), dtype, shape}, tensors, &gradients, *this,
                         recorder.getStream());
  });
}

void RankDevice::ropeTable(const int32_t *positions, const double *frequencies, void *cosines, void *sines,
                           int64_t rows, int64_t half, shardrt_dtype dtype) {
  recorder.guard([&] { cuda::ropeTable(*this, positions, frequencies, cosines, sines, rows, half, dtype); });
}

void RankDevice::embeddingGrad(const void *dout, const int32_t *indices, void *dweight, int64_t rows,
                               int64_t vocabulary, int64_t width, shardrt_dtype dtype) {
  recorder.guard([&] { cuda::embeddingGrad(*this, dout, indices, dweight, rows, vocabulary, width, dtype); });
}
