//===- CublasLt.cpp - cuBLASLt, opened at run time ----------------------------------===//

#include "cuda/CublasLt.h"

using namespace shardrt;
using namespace shardrt::cuda;

CublasLt::CublasLt() : library({"libcublasLt.so.13", "libcublasLt.so.12"}, "cuBLAS, a part of the CUDA toolkit") {
  library.find(getVersion, SHARDRT_SYMBOL(cublasLtGetVersion));
  library.find(getStatusName, SHARDRT_SYMBOL(cublasLtGetStatusName));
  library.find(create, SHARDRT_SYMBOL(cublasLtCreate));
  library.find(destroy, SHARDRT_SYMBOL(cublasLtDestroy));
  library.find(matmulDescCreate, SHARDRT_SYMBOL(cublasLtMatmulDescCreate));
  library.find(matmulDescDestroy, SHARDRT_SYMBOL(cublasLtMatmulDescDestroy));
  library.find(matmulDescSetAttribute, SHARDRT_SYMBOL(cublasLtMatmulDescSetAttribute));
  library.find(matrixLayoutCreate, SHARDRT_SYMBOL(cublasLtMatrixLayoutCreate));
  library.find(matrixLayoutDestroy, SHARDRT_SYMBOL(cublasLtMatrixLayoutDestroy));
  library.find(matmulPreferenceCreate, SHARDRT_SYMBOL(cublasLtMatmulPreferenceCreate));
  library.find(matmulPreferenceDestroy, SHARDRT_SYMBOL(cublasLtMatmulPreferenceDestroy));
  library.find(matmulPreferenceSetAttribute, SHARDRT_SYMBOL(cublasLtMatmulPreferenceSetAttribute));
  library.find(matmulAlgoGetHeuristic, SHARDRT_SYMBOL(cublasLtMatmulAlgoGetHeuristic));
  library.find(matmul, SHARDRT_SYMBOL(cublasLtMatmul));
}
