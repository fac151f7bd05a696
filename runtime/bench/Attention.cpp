//===- Attention.cpp - Speed of attention on a GPU ----------------------------------===//
//
// bench-attention: for the shapes of GPT-2 124M and of Llama 3.2 1B and 3.1 8B, the time of cuDNN's plans and of the
// runtime's own kernels in bfloat16, forward and gradient, medians of 20 runs, and the rate of the products that a
// causal mask leaves.
//
//===----------------------------------------------------------------------------------===//

#include "cuda/Cudnn.h"
#include "cuda/Kernels.h"
#include "cuda/OwnKernels.h"
#include "program/Error.h"
#include "program/Manifest.h"

#include <algorithm>
#include <functional>
#include <vector>

using namespace shardrt;
using namespace shardrt::cuda;

namespace {

/// The GPU, a stream, and memory for the largest shape.
class Bench : public KernelLauncher {
public:
  Bench() {
    gpu.makeCurrent();
    driver.check(driver.streamCreate(&stream, CU_STREAM_NON_BLOCKING), "creating a stream");
    for (CUevent *event : {&begin, &end})
      driver.check(driver.eventCreate(event, CU_EVENT_DEFAULT), "creating an event");
  }

  void launch(const KernelLaunch &launch) override { kernels.launch(launch, stream); }

  /// Returns zeroed memory, which stays.
  void *allocate(int64_t bytes) {
    CUdeviceptr memory = 0;
    driver.check(driver.memAlloc(&memory, static_cast<size_t>(bytes)), "allocating {}", formatBytes(bytes));
    driver.check(driver.memsetD8Async(memory, 0, static_cast<size_t>(bytes), stream), "zeroing it");
    return reinterpret_cast<void *>(memory);
  }

  /// Prints one line for `run`, which starts work on the stream.
  void time(const std::string &what, double flops, const std::function<void()> &run) {
    constexpr int warmups = 3, runs = 20;
    std::vector<float> times(warmups + runs);
    for (float &milliseconds : times) {
      driver.check(driver.eventRecord(begin, stream), "marking the begin");
      run();
      driver.check(driver.eventRecord(end, stream), "marking the end");
      driver.check(driver.streamSynchronize(stream), "running {}", what);
      driver.check(driver.eventElapsedTime(&milliseconds, begin, end), "reading a time");
    }
    std::sort(times.begin() + warmups, times.end());
    double median = times[warmups + runs / 2];
    fmt::print("  {:<44}{:>9.3f} ms {:>7.0f} TFLOP/s\n", what, median, flops / median * 1e-9);
  }

  Driver driver;
  Gpu gpu{driver, 0};
  OwnKernels kernels{gpu};
  CUstream stream = nullptr;

private:
  CUevent begin = nullptr, end = nullptr;
};

} // namespace

static void measure(Bench &bench, Cudnn *cudnn, const char *name, const AttentionShape &shape) {
  fmt::print("{}: {} x {} tokens, {} heads of {}, {} key heads\n", name, shape.batch, shape.qLen, shape.heads,
             shape.dim, shape.kvHeads);
  int64_t queries = shape.batch * shape.qLen * shape.heads, keys = shape.batch * shape.kLen * shape.kvHeads;
  auto matrix = [&](int64_t rows) { return bench.allocate(2 * rows * shape.dim); };
  void *positions = bench.allocate(4 * shape.batch * shape.qLen);
  std::vector<int32_t> counted(static_cast<size_t>(shape.batch * shape.qLen));
  for (size_t i = 0; i < counted.size(); ++i)
    counted[i] = static_cast<int32_t>(i % static_cast<size_t>(shape.qLen));
  bench.driver.check(bench.driver.memcpyHtoDAsync(reinterpret_cast<CUdeviceptr>(positions), counted.data(),
                                                  4 * counted.size(), bench.stream),
                     "storing positions");
  AttentionTensors tensors{matrix(queries),
                           matrix(keys),
                           matrix(keys),
                           static_cast<int32_t *>(positions),
                           static_cast<int32_t *>(positions),
                           matrix(queries),
                           bench.allocate(4 * queries),
                           bench.allocate(SHARDRT_ATTENTION_CUDNN(shape.batch, shape.qLen, shape.kLen, shape.heads,
                                                                  shape.kvHeads, shape.dim))};
  AttentionGradients gradients{matrix(queries), matrix(queries), matrix(keys), matrix(keys)};
  double flops = 2.0 * double(queries) * double(shape.kLen) * double(shape.dim) / (shape.causal ? 2 : 1);
  bench.time("own kernels, forward", 2 * flops, [&] { attention(bench, tensors, shape, SHARDRT_BF16); });
  bench.time("own kernels, gradient", 5 * flops,
             [&] { attentionGrad(bench, tensors, gradients, shape, SHARDRT_BF16); });
  if (!cudnn)
    return;
  for (bool isGradient : {false, true}) {
    auto plan = isGradient ? cudnn->planGradient(shape) : cudnn->planForward(shape);
    bench.time(fmt::format("cuDNN, {}, {}, {}", isGradient ? "gradient" : "forward", plan->getName(),
                           formatBytes(plan->getWorkspaceBytes())),
               (isGradient ? 5 : 2) * flops,
               [&] { plan->run(tensors, isGradient ? &gradients : nullptr, bench.stream); });
  }
}

int main() {
  try {
    Bench bench;
    std::unique_ptr<Cudnn> cudnn;
    try {
      cudnn = openCudnn();
      fmt::print("{}, cuDNN {}\n", bench.gpu.getName(), cudnn->getVersion());
    } catch (const Error &error) {
      fmt::print("{}, no cuDNN: {}\n", bench.gpu.getName(), error.what());
    }
    measure(bench, cudnn.get(), "GPT-2 124M", {64, 1024, 1024, 12, 12, 64, true, 0, 0.125});
    measure(bench, cudnn.get(), "Llama 3.2 1B", {4, 4096, 4096, 32, 8, 64, true, 0, 0.125});
    measure(bench, cudnn.get(), "Llama 3.1 8B", {1, 8192, 8192, 32, 8, 128, true, 0, 0.08838834764831845});
    return 0;
  } catch (const Error &error) {
    fmt::print(stderr, "bench-attention: {}\n", error.what());
    return static_cast<int>(error.exit);
  }
}
