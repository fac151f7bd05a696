//===- Device.cpp - The CPU as a device -----------------------------------------===//

#include "cpu/Kernels.h"
#include "program/Error.h"
#include "program/Platform.h"
#include "program/Rank.h"

#include <cblas.h>
#include <cstring>
#include <sys/mman.h>

using namespace shardrt;

/// What the calls of programs for GPUs return here.
static constexpr int32_t notOfTheCpu = -1;

/// Calls `body` with a value of the C++ type that `dtype` names, float32 or float64.
template <typename Body> static void dispatchWide(shardrt_dtype dtype, Body body) {
  if (dtype == SHARDRT_F64)
    body(double());
  else
    body(float());
}

/// The same, or bfloat16.
template <typename Body> static void dispatch(shardrt_dtype dtype, Body body) {
  if (dtype == SHARDRT_BF16)
    body(BFloat16());
  else
    dispatchWide(dtype, body);
}

template <typename Result> static void multiplyNarrow(const GemmShape &shape, const void *a, const void *b, void *c) {
  cpu::gemm(shape.transposeA, shape.transposeB, shape.m, shape.n, shape.k, static_cast<const BFloat16 *>(a),
            static_cast<const BFloat16 *>(b), static_cast<Result *>(c));
}

namespace {

class CpuDevice final : public Device {
public:
  char *allocate(int64_t bytes) override {
    void *memory =
        mmap(nullptr, static_cast<size_t>(bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
      fail(Exit::NoFit, "cannot allocate {} bytes of memory for the arena", bytes);
    return static_cast<char *>(memory);
  }
  void release(char *memory, int64_t bytes) override { munmap(memory, static_cast<size_t>(bytes)); }
  void store(char *memory, const void *host, int64_t bytes) override {
    std::memcpy(memory, host, static_cast<size_t>(bytes));
  }
  void fetch(void *host, const char *memory, int64_t bytes) override {
    std::memcpy(host, memory, static_cast<size_t>(bytes));
  }

  int32_t run(Section section, shardrt_rank &rank) override { return section(&rank, rank.arena); }
  int32_t beginTask(int32_t, int32_t, std::span<const int32_t>) override { return notOfTheCpu; }
  int32_t endTask(int32_t, bool) override { return notOfTheCpu; }
  int32_t launch(int32_t, std::span<const uint64_t>) override { return notOfTheCpu; }
  int32_t gemmPlus(const GemmShape &, const void *, const void *, const GemmTerms &, void *) override {
    return notOfTheCpu;
  }

  void copy(const void *src, void *dst, int64_t bytes) override { std::memcpy(dst, src, static_cast<size_t>(bytes)); }

  void gemm(const GemmShape &shape, const void *a, const void *b, void *c) override {
    if (shape.dtype == SHARDRT_BF16 && shape.resultDtype == SHARDRT_BF16)
      return multiplyNarrow<BFloat16>(shape, a, b, c);
    if (shape.dtype == SHARDRT_BF16)
      return multiplyNarrow<float>(shape, a, b, c);
    dispatchWide(shape.dtype, [&]<typename T>(T) {
      cpu::gemm(shape.transposeA, shape.transposeB, shape.m, shape.n, shape.k, T(1), static_cast<const T *>(a),
                shape.transposeA ? shape.m : shape.k, static_cast<const T *>(b), shape.transposeB ? shape.k : shape.n,
                T(0), static_cast<T *>(c), shape.n);
    });
  }
  void attention(const AttentionTensors &tensors, const AttentionShape &shape, shardrt_dtype dtype) override {
    dispatch(dtype, [&]<typename T>(T) { cpu::attention<T>(tensors, shape); });
  }
  void attentionGrad(const AttentionTensors &tensors, const AttentionGradients &gradients, const AttentionShape &shape,
                     shardrt_dtype dtype) override {
    dispatch(dtype, [&]<typename T>(T) { cpu::attentionGrad<T>(tensors, gradients, shape); });
  }
  void ropeTable(const int32_t *positions, const double *frequencies, void *cosines, void *sines, int64_t rows,
                 int64_t half, shardrt_dtype dtype) override {
    dispatchWide(dtype, [&]<typename T>(T) {
      cpu::ropeTable(positions, frequencies, static_cast<T *>(cosines), static_cast<T *>(sines), rows, half);
    });
  }
  void embeddingGrad(const void *dout, const int32_t *indices, void *dweight, int64_t rows, int64_t vocabulary,
                     int64_t width, shardrt_dtype dtype) override {
    dispatch(dtype, [&]<typename T>(T) {
      cpu::embeddingGrad(static_cast<const T *>(dout), indices, static_cast<Wide<T> *>(dweight), rows, vocabulary,
                         width);
    });
  }
};

/// All ranks have the same device: it keeps nothing of theirs.
class CpuPlatform final : public Platform {
public:
  Device &getDevice(int64_t) override { return device; }
  World *getWorld() override { return nullptr; }
  std::unique_ptr<World> connect(const Program &, Bootstrap &, Progress &,
                                 std::function<void(const Error &)>) override {
    return nullptr;
  }
  std::string describe() const override { return ""; }
  void profile(const Program &, shardrt_rank &, const std::string &) override {
    fail(Exit::Usage, "a profile has the tasks of a GPU");
  }

private:
  CpuDevice device;
};

} // namespace

std::unique_ptr<Platform> shardrt::createCpuPlatform() {
  return std::make_unique<CpuPlatform>();
}

void shardrt::setBlasThreads(int64_t threads) {
  openblas_set_num_threads(static_cast<int>(threads));
}
