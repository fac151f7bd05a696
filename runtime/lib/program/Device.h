//===- Device.h - Where a rank's arena lies and its library calls run ---------===//
//
// One object is the device as one rank uses it. What ranks share belongs to the platform.
//
// The calls are those of abi.h, which says what each computes; all pointers lie in the device's memory unless they are
// called host.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_PROGRAM_DEVICE_H
#define SHARDRT_LIB_PROGRAM_DEVICE_H

#include "shardrt/abi.h"

#include <compare>
#include <span>
#include <string>

namespace shardrt {

/// Returns the bytes of an element.
inline int64_t sizeOf(shardrt_dtype dtype) {
  return dtype == SHARDRT_F64 ? 8 : dtype == SHARDRT_BF16 ? 2 : 4;
}

/// One section of a program: returns 0, or the status of the call that failed.
using Section = int32_t (*)(shardrt_rank *, char *arena);

/// A matrix product: sizes, and all that the choice of an algorithm may depend on.
struct GemmShape {
  int64_t m, n, k;
  bool transposeA, transposeB;
  shardrt_dtype dtype, resultDtype;
  auto operator<=>(const GemmShape &) const = default;
};

/// What a product adds besides: `bias` to each row, `addend` as a whole; null for none.
struct GemmTerms {
  const void *bias = nullptr, *addend = nullptr;
};

/// The sizes and attributes that attention and its gradient share.
struct AttentionShape {
  int64_t batch, qLen, kLen, heads, kvHeads, dim;
  bool causal;
  int64_t window;
  double scale;
  auto operator<=>(const AttentionShape &) const = default;
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

  /// Returns `bytes` zeroed bytes, aligned to 4096: the arena of a rank. Throws Error (NoFit).
  virtual char *allocate(int64_t bytes) = 0;
  virtual void release(char *memory, int64_t bytes) = 0;
  /// Copies from and to the host's memory.
  virtual void store(char *memory, const void *host, int64_t bytes) = 0;
  virtual void fetch(void *host, const char *memory, int64_t bytes) = 0;

  /// Runs a section of the program on the arena of `rank`; returns what the section returns. A GPU may still be at work
  /// then: what follows waits for it, and all ranks of the process call this together. Throws Error where a call of the
  /// section has failed.
  virtual int32_t run(Section section, shardrt_rank &rank) = 0;

  // The calls of programs for GPUs; a status other than 0 on the CPU, whose programs do without.
  virtual int32_t beginTask(int32_t task, int32_t stream, std::span<const int32_t> waits) = 0;
  virtual int32_t endTask(int32_t task, bool isAwaited) = 0;
  virtual int32_t launch(int32_t function, std::span<const uint64_t> arguments) = 0;
  virtual int32_t gemmPlus(const GemmShape &shape, const void *a, const void *b, const GemmTerms &terms, void *c) = 0;

  virtual void copy(const void *src, void *dst, int64_t bytes) = 0;
  virtual void gemm(const GemmShape &shape, const void *a, const void *b, void *c) = 0;
  virtual void attention(const AttentionTensors &tensors, const AttentionShape &shape, shardrt_dtype dtype) = 0;
  virtual void attentionGrad(const AttentionTensors &tensors, const AttentionGradients &gradients,
                             const AttentionShape &shape, shardrt_dtype dtype) = 0;
  virtual void ropeTable(const int32_t *positions, const double *frequencies, void *cosines, void *sines, int64_t rows,
                         int64_t half, shardrt_dtype dtype) = 0;
  virtual void embeddingGrad(const void *dout, const int32_t *indices, void *dweight, int64_t rows, int64_t vocabulary,
                             int64_t width, shardrt_dtype dtype) = 0;
};

/// Sets how many threads one matrix product may use, for the whole process.
void setBlasThreads(int64_t threads);

} // namespace shardrt
#endif
