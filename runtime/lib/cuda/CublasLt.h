//===- CublasLt.h - cuBLASLt, opened at run time ------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_CUBLASLT_H
#define SHARDRT_LIB_CUDA_CUBLASLT_H

#include "cuda/Library.h"
#include "program/Error.h"

#include <cublasLt.h>

namespace shardrt::cuda {

/// The functions of libcublasLt.so that the runtime calls, by the names and types of cublasLt.h.
class CublasLt {
public:
  /// Opens the library. Throws Error (NoDevice) where it is missing.
  CublasLt();

  /// Throws Error where `status` is not success: cuBLAS's name of it, and what was being done.
  template <typename... Args>
  void check(cublasStatus_t status, fmt::format_string<Args...> doing, Args &&...args) const {
    if (status != CUBLAS_STATUS_SUCCESS)
      fail(status == CUBLAS_STATUS_ALLOC_FAILED ? Exit::NoFit : Exit::NoDevice, "{}: {}",
           fmt::format(doing, std::forward<Args>(args)...), getStatusName(status));
  }

  decltype(cublasLtGetVersion) *getVersion;
  decltype(cublasLtCreate) *create;
  decltype(cublasLtDestroy) *destroy;
  decltype(cublasLtMatmulDescCreate) *matmulDescCreate;
  decltype(cublasLtMatmulDescDestroy) *matmulDescDestroy;
  decltype(cublasLtMatmulDescSetAttribute) *matmulDescSetAttribute;
  decltype(cublasLtMatrixLayoutCreate) *matrixLayoutCreate;
  decltype(cublasLtMatrixLayoutDestroy) *matrixLayoutDestroy;
  decltype(cublasLtMatmulPreferenceCreate) *matmulPreferenceCreate;
  decltype(cublasLtMatmulPreferenceDestroy) *matmulPreferenceDestroy;
  decltype(cublasLtMatmulPreferenceSetAttribute) *matmulPreferenceSetAttribute;
  decltype(cublasLtMatmulAlgoGetHeuristic) *matmulAlgoGetHeuristic;
  decltype(cublasLtMatmul) *matmul;

private:
  Library library;
  decltype(cublasLtGetStatusName) *getStatusName;
};

} // namespace shardrt::cuda
#endif
