//===- LibraryTasks.h - The library calls of a program, as values -------------===//
//
// abi.h says what each computes. A function of abi.h makes a value of its operands, sizes and attributes, and the
// rank's device performs it. A new call is a struct here, a function in abi.h and Abi.cpp, and run() of it in cpu/ and
// in cuda/. A profile names it as `describe` says; `isLibrary` where a library of the GPU's vendor serves it, or may.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_PROGRAM_LIBRARYTASKS_H
#define SHARDRT_LIB_PROGRAM_LIBRARYTASKS_H

#include "shardrt/abi.h"

#include <compare>
#include <string>
#include <variant>

namespace shardrt {

struct CopyTask {
  static constexpr bool isLibrary = false;
  const void *src;
  void *dst;
  int64_t bytes;
  std::string describe() const { return "copy"; }
};

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
  bool any() const { return bias || addend; }
};

struct GemmTask {
  static constexpr bool isLibrary = true;
  GemmShape shape;
  const void *a, *b;
  GemmTerms terms; ///< on GPUs alone
  void *c;
  std::string describe() const {
    return "gemm " + std::to_string(shape.m) + "x" + std::to_string(shape.n) + "x" + std::to_string(shape.k) +
           (terms.bias ? " + bias" : "") + (terms.addend ? " + addend" : "");
  }
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

struct AttentionTask {
  static constexpr bool isLibrary = true;
  AttentionTensors tensors;
  AttentionShape shape;
  shardrt_dtype dtype;
  std::string describe() const { return "attention"; }
};

struct AttentionGradTask {
  static constexpr bool isLibrary = true;
  AttentionTensors tensors;
  AttentionGradients gradients;
  AttentionShape shape;
  shardrt_dtype dtype;
  std::string describe() const { return "attention_grad"; }
};

struct RopeTableTask {
  static constexpr bool isLibrary = false;
  const int32_t *positions;
  const double *frequencies; ///< in the host's memory
  void *cosines, *sines;
  int64_t rows, half;
  shardrt_dtype dtype;
  std::string describe() const { return "rope_table"; }
};

struct EmbeddingGradTask {
  static constexpr bool isLibrary = false;
  const void *dout;
  const int32_t *indices;
  void *dweight;
  int64_t rows, vocabulary, width;
  shardrt_dtype dtype;
  std::string describe() const { return "embedding_grad"; }
};

using LibraryTask =
    std::variant<CopyTask, GemmTask, AttentionTask, AttentionGradTask, RopeTableTask, EmbeddingGradTask>;
/// TASK(TYPE) for each of them.
#define SHARDRT_LIBRARY_TASKS(TASK)                                                                                    \
  TASK(CopyTask) TASK(GemmTask) TASK(AttentionTask) TASK(AttentionGradTask) TASK(RopeTableTask) TASK(EmbeddingGradTask)

} // namespace shardrt
#endif
