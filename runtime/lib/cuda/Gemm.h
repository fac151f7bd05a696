//===- Gemm.h - Matrix products by cuBLASLt ------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_GEMM_H
#define SHARDRT_LIB_CUDA_GEMM_H

#include "cuda/CublasLt.h"
#include "program/Device.h"

#include <compare>
#include <map>

namespace shardrt::cuda {

/// Matrix products on a GPU. The algorithm of a shape is chosen once, by cuBLASLt's heuristics from the shape and the
/// alignment of the operands alone, so that runs repeat bit by bit.
class Gemm {
public:
  /// Bytes that algorithms may use. NVIDIA recommends 32 MiB from Hopper on.
  static constexpr int64_t workspaceBytes = int64_t(32) << 20;

  /// Throws Error (NoDevice).
  Gemm();
  ~Gemm();
  Gemm(const Gemm &) = delete;
  Gemm &operator=(const Gemm &) = delete;

  /// c = op(a) * op(b) + terms on row-major matrices with at least one element each, on `stream`. Products that use one
  /// workspace must not overlap. Throws Error.
  void run(const GemmShape &shape, const void *a, const void *b, const GemmTerms &terms, void *c, void *workspace,
           CUstream_st *stream);

  /// Returns the library's version: `13.1.0`.
  std::string getVersion() const;

private:
  /// What cuBLASLt needs to know of a product: `left` and `right` are its operands in the order that it sees them in.
  struct Plan {
    cublasLtMatmulDesc_t product = nullptr;
    cublasLtMatrixLayout_t left = nullptr, right = nullptr, result = nullptr;
    cublasLtMatmulAlgo_t algorithm;
  };
  struct Key {
    GemmShape shape;
    bool hasBias, hasAddend;
    uint32_t alignA, alignB, alignBias, alignAddend, alignC;
    auto operator<=>(const Key &) const = default;
  };

  CublasLt library;
  cublasLtHandle_t handle = nullptr;
  std::map<Key, Plan> plans;

  void describe(const Key &key, Plan &plan);
  void choose(const Key &key, Plan &plan);
  void release(const Plan &plan);
};

} // namespace shardrt::cuda
#endif
