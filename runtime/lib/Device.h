//===- Device.h - Where a rank's arena lies and its library calls run ---------===//
//
// The calls are those of abi.h, which says what each computes; all pointers lie in the device's memory unless they are called
// host.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_DEVICE_H
#define SHARDRT_LIB_DEVICE_H

#include "shardrt/abi.h"

#include <memory>

namespace shardrt {

/// The sizes and attributes that attention and its gradient share.
struct AttentionShape {
  int64_t batch, qLen, kLen, heads, kvHeads, dim;
  bool causal;
  int64_t window;
  double scale;
};

/// The operands of the forward pass and its results; the gradient reads them all.
struct AttentionTensors {
  const void *q, *k, *v;
  const int32_t *qPositions, *kPositions;
  void *out, *lse;
  void *workspace;
};

/// What the gradient reads and writes beside them.
struct AttentionGradients {
  const void *dout;
  void *dq, *dk, *dv;
};

class Device {
public:
  virtual ~Device() = default;

  /// Returns `bytes` zeroed bytes, aligned to 4096. Throws Error (NoFit).
  virtual char *allocate(int64_t bytes) = 0;
  virtual void release(char *memory, int64_t bytes) = 0;
  /// Copies from and to the host's memory.
  virtual void store(char *memory, const void *host, int64_t bytes) = 0;
  virtual void fetch(void *host, const char *memory, int64_t bytes) = 0;

  virtual void copy(const void *src, void *dst, int64_t bytes) = 0;
  virtual void gemm(const void *a, const void *b, void *c, int64_t m, int64_t n, int64_t k, bool transposeA, bool transposeB,
                    shardrt_dtype dtype) = 0;
  virtual void attention(const AttentionTensors &tensors, const AttentionShape &shape, shardrt_dtype dtype) = 0;
  virtual void attentionGrad(const AttentionTensors &tensors, const AttentionGradients &gradients, const AttentionShape &shape,
                             shardrt_dtype dtype) = 0;
  virtual void ropeTable(const int32_t *positions, const double *frequencies, void *cosines, void *sines, int64_t rows,
                         int64_t half, shardrt_dtype dtype) = 0;
  virtual void embeddingGrad(const void *dout, const int32_t *indices, void *dweight, int64_t rows, int64_t vocabulary,
                             int64_t width, shardrt_dtype dtype) = 0;
};

/// Returns the CPU: memory of this process, matrix products by OpenBLAS.
std::unique_ptr<Device> createCpuDevice();

/// Sets how many threads one matrix product may use, for the whole process.
void setBlasThreads(int64_t threads);

} // namespace shardrt
#endif
