//===- Device.cpp - A GPU as a device ---------------------------------------------------===//

#include "Device.h"
#include "Rank.h"
#include "cuda/Gemm.h"
#include "cuda/Modules.h"
#include "cuda/OwnKernels.h"
#include "cuda/Recorder.h"
#include "cuda/Staging.h"

#include <optional>
#include <unordered_map>

using namespace shardrt;
using namespace shardrt::cuda;

/// What a section returns whose call has failed; the device keeps the error, because no exception may pass through a program.
static constexpr int32_t failedStatus = -1;

static constexpr int64_t arenaAlignment = 4096;

namespace {

class CudaDevice final : public Device, KernelLauncher {
public:
  explicit CudaDevice(const Program &program)
      : gpu(driver), current(gpu), recorder(gpu, program.getManifest().gpu->streams), modules(gpu, program), ownKernels(gpu),
        staging(gpu, recorder.getMainStream()) {}
  ~CudaDevice() override;

  char *allocate(int64_t bytes) override;
  void release(char *memory, int64_t bytes) override;
  void store(char *memory, const void *host, int64_t bytes) override;
  void fetch(void *host, const char *memory, int64_t bytes) override;
  int32_t run(Section section, shardrt_rank &rank) override;
  std::string describe() const override;

  int32_t beginTask(int32_t task, int32_t stream, std::span<const int32_t> waits) override;
  int32_t endTask(int32_t task, bool isAwaited) override;
  int32_t launch(int32_t function, std::span<const uint64_t> arguments) override;
  void copy(const void *src, void *dst, int64_t bytes) override;
  void gemm(const void *a, const void *b, void *c, int64_t m, int64_t n, int64_t k, bool transposeA, bool transposeB,
            shardrt_dtype dtype) override;
  void attention(const AttentionTensors &tensors, const AttentionShape &shape, shardrt_dtype dtype) override {
    guard([&] { cuda::attention(*this, tensors, shape, dtype); });
  }
  void attentionGrad(const AttentionTensors &tensors, const AttentionGradients &gradients, const AttentionShape &shape,
                     shardrt_dtype dtype) override {
    guard([&] { cuda::attentionGrad(*this, tensors, gradients, shape, dtype); });
  }
  void ropeTable(const int32_t *positions, const double *frequencies, void *cosines, void *sines, int64_t rows, int64_t half,
                 shardrt_dtype dtype) override {
    guard([&] { cuda::ropeTable(*this, positions, frequencies, cosines, sines, rows, half, dtype); });
  }
  void embeddingGrad(const void *dout, const int32_t *indices, void *dweight, int64_t rows, int64_t vocabulary, int64_t width,
                     shardrt_dtype dtype) override {
    guard([&] { cuda::embeddingGrad(*this, dout, indices, dweight, rows, vocabulary, width, dtype); });
  }

private:
  /// The context of the thread that makes the device: the members after it need one.
  struct Current {
    explicit Current(const Gpu &gpu) { gpu.makeCurrent(); }
  };

  Driver driver;
  Gpu gpu;
  Current current;
  Recorder recorder;
  Modules modules;
  OwnKernels ownKernels;
  Staging staging;
  Gemm products;
  CUdeviceptr memory = 0;    ///< the arena, and behind it the workspace
  CUdeviceptr workspace = 0; ///< of matrix products
  std::unordered_map<Section, CUgraphExec> graphs;
  std::optional<Error> failure; ///< the first of the section that is being recorded

  /// Calls `body`, for a program that must not see an exception; does nothing once a call has failed.
  template <typename Body> int32_t guard(Body body);
  void launch(const KernelLaunch &launch) override { ownKernels.launch(launch, recorder.getStream()); }
  int32_t record(Section section, shardrt_rank &rank, CUgraphExec &graph);
};

} // namespace

CudaDevice::~CudaDevice() {
  for (const auto &[section, graph] : graphs)
    driver.graphExecDestroy(graph);
}

std::string CudaDevice::describe() const {
  return fmt::format("{} (sm_{}), driver for CUDA {}, cuBLASLt {}, {} MiB of workspace", gpu.getName(), gpu.getCapability(),
                     formatVersion(driver.getVersion()), products.getVersion(), Gemm::workspaceBytes >> 20);
}

/// The one allocation of a rank: the driver gives it more than the arena, so that the workspace and an even start fit.
char *CudaDevice::allocate(int64_t bytes) {
  gpu.makeCurrent();
  size_t left = 0, total = 0;
  driver.check(driver.memGetInfo(&left, &total), "asking {} for its memory", gpu.getName());
  auto needed = static_cast<size_t>(bytes + arenaAlignment + Gemm::workspaceBytes + arenaAlignment);
  CUresult result = needed > left ? CUDA_ERROR_OUT_OF_MEMORY : driver.memAlloc(&memory, needed);
  if (result == CUDA_ERROR_OUT_OF_MEMORY)
    fail(Exit::NoFit, "{} for the arena and {} of workspace will not fit: {} has {} left of {}", formatBytes(bytes),
         formatBytes(Gemm::workspaceBytes), gpu.getName(), formatBytes(static_cast<int64_t>(left)),
         formatBytes(static_cast<int64_t>(total)));
  driver.check(result, "allocating {} bytes on {}", needed, gpu.getName());
  auto align = [](CUdeviceptr address) { return (address + arenaAlignment - 1) / arenaAlignment * arenaAlignment; };
  CUdeviceptr arena = align(memory);
  workspace = align(arena + static_cast<CUdeviceptr>(bytes));
  driver.check(driver.memsetD8Async(arena, 0, static_cast<size_t>(bytes), recorder.getMainStream()), "zeroing the arena");
  return reinterpret_cast<char *>(arena);
}

void CudaDevice::release(char *, int64_t) {
  driver.memFree(memory);
  memory = workspace = 0;
}

void CudaDevice::store(char *to, const void *host, int64_t bytes) {
  staging.store(reinterpret_cast<CUdeviceptr>(to), static_cast<const char *>(host), bytes);
}

void CudaDevice::fetch(void *host, const char *from, int64_t bytes) {
  staging.fetch(static_cast<char *>(host), reinterpret_cast<CUdeviceptr>(from), bytes);
}

int32_t CudaDevice::run(Section section, shardrt_rank &rank) {
  auto [at, isNew] = graphs.try_emplace(section, nullptr);
  if (isNew)
    if (int32_t status = record(section, rank, at->second))
      return status;
  driver.check(driver.graphLaunch(at->second, recorder.getMainStream()), "launching a section");
  return 0;
}

int32_t CudaDevice::record(Section section, shardrt_rank &rank, CUgraphExec &graph) {
  failure.reset();
  CUgraph recorded = nullptr;
  int32_t status = 0;
  try {
    recorder.begin();
    status = section(&rank, rank.arena);
    if (!failure && status == 0)
      recorded = recorder.end();
  } catch (...) {
    recorder.abort();
    throw;
  }
  if (!recorded)
    recorder.abort();
  if (failure)
    throw *failure;
  if (status != 0)
    return status;
  CUresult result = driver.graphInstantiate(&graph, recorded, 0);
  driver.graphDestroy(recorded);
  driver.check(result, "making a section's graph ready");
  driver.check(driver.graphUpload(graph, recorder.getMainStream()), "loading a section's graph");
  return 0;
}

template <typename Body> int32_t CudaDevice::guard(Body body) {
  if (failure)
    return failedStatus;
  try {
    body();
    return 0;
  } catch (const Error &error) {
    failure = error;
    return failedStatus;
  }
}

int32_t CudaDevice::beginTask(int32_t task, int32_t stream, std::span<const int32_t> waits) {
  return guard([&] { recorder.beginTask(task, stream, waits); });
}

int32_t CudaDevice::endTask(int32_t task, bool isAwaited) {
  return guard([&] { recorder.endTask(task, isAwaited); });
}

int32_t CudaDevice::launch(int32_t function, std::span<const uint64_t> arguments) {
  return guard([&] { modules.launch(function, arguments, recorder.getStream()); });
}

void CudaDevice::copy(const void *src, void *dst, int64_t bytes) {
  guard([&] {
    driver.check(driver.memcpyDtoDAsync(reinterpret_cast<CUdeviceptr>(dst), reinterpret_cast<CUdeviceptr>(src),
                                        static_cast<size_t>(bytes), recorder.getStream()),
                 "copying {} bytes within {}", bytes, gpu.getName());
  });
}

void CudaDevice::gemm(const void *a, const void *b, void *c, int64_t m, int64_t n, int64_t k, bool transposeA, bool transposeB,
                      shardrt_dtype dtype) {
  guard([&] {
    if (m == 0 || n == 0)
      return;
    if (k == 0) {
      size_t bytes = static_cast<size_t>(m * n) * (dtype == SHARDRT_F64 ? 8 : 4);
      driver.check(driver.memsetD8Async(reinterpret_cast<CUdeviceptr>(c), 0, bytes, recorder.getStream()),
                   "zeroing an empty product");
      return;
    }
    if (!recorder.isOnMainStream())
      fail(Exit::BadInput, "a matrix product is on the stream \"{}\": all share one workspace, and must be on the first stream",
           recorder.getStreamName());
    products.run({m, n, k, transposeA, transposeB, dtype}, a, b, c, reinterpret_cast<void *>(workspace), recorder.getStream());
  });
}

std::unique_ptr<Device> shardrt::createCudaDevice(const Program &program) {
  return std::make_unique<CudaDevice>(program);
}
