//===- CublasLt.cpp - A libcublasLt.so that runs on the CPU, for tests -------------------===//
//
// Matrix products as the manual has them, by OpenBLAS, on the streams of the other stub. What would be undefined is an
// error: matrices that do not fit each other, operands that are less aligned than was promised, memory that is not the
// GPU's. A product fills its workspace with nonsense.
//
//===--------------------------------------------------------------------------------------===//

#pragma GCC visibility push(default)
#include <cublasLt.h>
#pragma GCC visibility pop

#include "Control.h"
#include "program/BFloat16.h"

#include <algorithm>
#include <bit>
#include <cblas.h>
#include <cstring>
#include <vector>

using namespace shardrt;
using namespace shardrt::stub;

#define CALLED(function)                                                                                               \
  Entered entered;                                                                                                     \
  if (int result = called(#function))                                                                                  \
  return static_cast<cublasStatus_t>(result)

namespace {

// What is behind the library's handles.
struct Layout {
  cudaDataType type;
  uint64_t rows, columns;
  int64_t stride;
};
struct Product {
  cublasComputeType_t compute;
  cudaDataType scale;
  cublasOperation_t left = CUBLAS_OP_N, right = CUBLAS_OP_N;
  cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  const void *bias = nullptr;
};
struct Preference {
  uint64_t workspaceBytes = 0;
  uint32_t alignA = 256, alignB = 256, alignC = 256, alignD = 256;
  uint32_t reductionSchemes = CUBLASLT_REDUCTION_SCHEME_MASK;
};
/// What an algorithm remembers of how it was chosen.
struct Algorithm {
  uint64_t mark;
  Preference preference;
};
constexpr uint64_t chosen = 0x5ead00bead;
static_assert(sizeof(Algorithm) <= sizeof(cublasLtMatmulAlgo_t));

} // namespace

template <typename T, typename Handle> static T &get(Handle handle) {
  return *reinterpret_cast<T *>(handle);
}

template <typename T, typename Handle> static cublasStatus_t make(Handle *handle, T value) {
  *handle = reinterpret_cast<Handle>(new T(value));
  countLive(1);
  return CUBLAS_STATUS_SUCCESS;
}

template <typename T, typename Handle> static cublasStatus_t destroy(Handle handle) {
  delete &get<T>(handle);
  countLive(-1);
  return CUBLAS_STATUS_SUCCESS;
}

const char *cublasLtGetStatusName(cublasStatus_t status) {
  switch (status) {
  case CUBLAS_STATUS_ALLOC_FAILED:
    return "CUBLAS_STATUS_ALLOC_FAILED";
  case CUBLAS_STATUS_INVALID_VALUE:
    return "CUBLAS_STATUS_INVALID_VALUE";
  case CUBLAS_STATUS_NOT_SUPPORTED:
    return "CUBLAS_STATUS_NOT_SUPPORTED";
  default:
    return "CUBLAS_STATUS_EXECUTION_FAILED";
  }
}

size_t cublasLtGetVersion() {
  return 130100;
}

cublasStatus_t cublasLtCreate(cublasLtHandle_t *handle) {
  CALLED(cublasLtCreate);
  return make(handle, 0);
}

cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
  CALLED(cublasLtDestroy);
  return destroy<int>(handle);
}

/// Copies the value of an attribute.
template <typename T> static cublasStatus_t copy(T &to, const void *value, size_t bytes) {
  if (bytes != sizeof to)
    return CUBLAS_STATUS_INVALID_VALUE;
  memcpy(&to, value, bytes);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t *made, cublasComputeType_t compute, cudaDataType scale) {
  CALLED(cublasLtMatmulDescCreate);
  return make(made, Product{compute, scale});
}

cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t product) {
  CALLED(cublasLtMatmulDescDestroy);
  return destroy<Product>(product);
}

cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t product, cublasLtMatmulDescAttributes_t attribute,
                                              const void *value, size_t bytes) {
  CALLED(cublasLtMatmulDescSetAttribute);
  auto &set = get<Product>(product);
  switch (attribute) {
  case CUBLASLT_MATMUL_DESC_TRANSA:
    return copy(set.left, value, bytes);
  case CUBLASLT_MATMUL_DESC_TRANSB:
    return copy(set.right, value, bytes);
  case CUBLASLT_MATMUL_DESC_EPILOGUE:
    return copy(set.epilogue, value, bytes);
  case CUBLASLT_MATMUL_DESC_BIAS_POINTER:
    return copy(set.bias, value, bytes);
  default:
    return CUBLAS_STATUS_INVALID_VALUE;
  }
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t *made, cudaDataType type, uint64_t rows,
                                          uint64_t columns, int64_t stride) {
  CALLED(cublasLtMatrixLayoutCreate);
  if (rows == 0 || columns == 0 || stride < static_cast<int64_t>(rows))
    return CUBLAS_STATUS_INVALID_VALUE;
  return make(made, Layout{type, rows, columns, stride});
}

cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout) {
  CALLED(cublasLtMatrixLayoutDestroy);
  return destroy<Layout>(layout);
}

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t *made) {
  CALLED(cublasLtMatmulPreferenceCreate);
  return make(made, Preference());
}

cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference) {
  CALLED(cublasLtMatmulPreferenceDestroy);
  return destroy<Preference>(preference);
}

cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t preference,
                                                    cublasLtMatmulPreferenceAttributes_t attribute, const void *value,
                                                    size_t bytes) {
  CALLED(cublasLtMatmulPreferenceSetAttribute);
  auto &set = get<Preference>(preference);
  switch (attribute) {
  case CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES:
    return copy(set.workspaceBytes, value, bytes);
  case CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK:
    return copy(set.reductionSchemes, value, bytes);
  case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES:
    return copy(set.alignA, value, bytes);
  case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES:
    return copy(set.alignB, value, bytes);
  case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES:
    return copy(set.alignC, value, bytes);
  case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES:
    return copy(set.alignD, value, bytes);
  default:
    return CUBLAS_STATUS_INVALID_VALUE;
  }
}

static uint64_t rowsOf(const Layout &layout, cublasOperation_t operation) {
  return operation == CUBLAS_OP_N ? layout.rows : layout.columns;
}
static uint64_t columnsOf(const Layout &layout, cublasOperation_t operation) {
  return operation == CUBLAS_OP_N ? layout.columns : layout.rows;
}

/// The types that the manual lists: all float64, all float32, or bfloat16 with a result of either.
static bool areTypes(const Product &product, cudaDataType operand, cudaDataType result) {
  if (product.scale == CUDA_R_64F)
    return product.compute == CUBLAS_COMPUTE_64F && operand == CUDA_R_64F && result == CUDA_R_64F;
  if (product.scale != CUDA_R_32F)
    return false;
  if (product.compute == CUBLAS_COMPUTE_32F_FAST_TF32)
    return operand == CUDA_R_32F && result == CUDA_R_32F;
  return product.compute == CUBLAS_COMPUTE_32F &&
         ((operand == CUDA_R_32F && result == CUDA_R_32F) ||
          (operand == CUDA_R_16BF && (result == CUDA_R_16BF || result == CUDA_R_32F)));
}

static bool fit(const Product &product, const Layout &a, const Layout &b, const Layout &c, const Layout &d) {
  return a.type == b.type && c.type == d.type && areTypes(product, a.type, d.type) &&
         rowsOf(a, product.left) == c.rows && columnsOf(b, product.right) == c.columns &&
         columnsOf(a, product.left) == rowsOf(b, product.right) && c.rows == d.rows && c.columns == d.columns;
}

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t, cublasLtMatmulDesc_t product, cublasLtMatrixLayout_t a,
                                              cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c,
                                              cublasLtMatrixLayout_t d, cublasLtMatmulPreference_t preference,
                                              int wanted, cublasLtMatmulHeuristicResult_t results[], int *count) {
  CALLED(cublasLtMatmulAlgoGetHeuristic);
  if (wanted < 1 || !fit(get<Product>(product), get<Layout>(a), get<Layout>(b), get<Layout>(c), get<Layout>(d)))
    return CUBLAS_STATUS_INVALID_VALUE;
  Algorithm algorithm{chosen, get<Preference>(preference)};
  if (algorithm.preference.reductionSchemes & ~uint32_t(CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE))
    return CUBLAS_STATUS_NOT_SUPPORTED; // it may round parts of a sum, and does so wherever it may
  results[0] = {};
  memcpy(&results[0].algo, &algorithm, sizeof algorithm);
  results[0].workspaceSize = algorithm.preference.workspaceBytes;
  *count = 1;
  return CUBLAS_STATUS_SUCCESS;
}

/// From the first element to the last one.
static int64_t countElements(const Layout &layout) {
  return layout.stride * static_cast<int64_t>(layout.columns - 1) + static_cast<int64_t>(layout.rows);
}

/// Rounds to the 11 binary digits of TF32, of two neighbours to the nearer.
static float roundToTf32(float number) {
  auto bits = std::bit_cast<uint32_t>(number);
  return std::bit_cast<float>((bits + 0x1000) & ~uint32_t(0x1fff));
}

/// An operand of a product in TF32, in `copy`.
static const float *roundOperand(const float *data, const Layout &layout, std::vector<float> &copy) {
  std::vector<float> rounded(data, data + countElements(layout));
  std::transform(rounded.begin(), rounded.end(), rounded.begin(), roundToTf32);
  copy = std::move(rounded);
  return copy.data();
}

/// A matrix in float32: `data` itself, or a copy of bfloat16 in `copy`.
static const float *widen(const void *data, const Layout &layout, std::vector<float> &copy) {
  if (layout.type != CUDA_R_16BF)
    return static_cast<const float *>(data);
  auto *narrow = static_cast<const BFloat16 *>(data);
  copy.assign(narrow, narrow + countElements(layout));
  return copy.data();
}

static void narrow(const std::vector<float> &from, const Layout &layout, void *to) {
  for (uint64_t column = 0; column < layout.columns; ++column)
    for (uint64_t row = 0; row < layout.rows; ++row) {
      auto at = column * static_cast<uint64_t>(layout.stride) + row;
      static_cast<BFloat16 *>(to)[at] = BFloat16(from[at]);
    }
}

static int64_t countBytes(const Layout &layout) {
  return countElements(layout) * (layout.type == CUDA_R_64F ? 8 : layout.type == CUDA_R_16BF ? 2 : 4);
}

static bool isUsable(const void *data, const Layout &layout, uint32_t alignment) {
  return reinterpret_cast<uintptr_t>(data) % alignment == 0 && isDeviceMemory(data, countBytes(layout));
}

/// A bias has an element for each row of the result and its type.
static bool hasBias(const Product &product, const Layout &result) {
  if (product.epilogue == CUBLASLT_EPILOGUE_DEFAULT)
    return product.bias == nullptr;
  return product.epilogue == CUBLASLT_EPILOGUE_BIAS &&
         isUsable(product.bias, {result.type, result.rows, 1, result.stride}, 1);
}

static bool overlap(const void *c, const void *d, const Layout &layout) {
  auto distance = static_cast<const char *>(c) - static_cast<const char *>(d);
  return std::abs(distance) < countBytes(layout);
}

/// Adds an element of the bias to each row; no bias adds nothing.
template <typename T> static void addBias(const T *bias, const Layout &layout, T *result) {
  for (uint64_t column = 0; bias && column < layout.columns; ++column)
    for (uint64_t row = 0; row < layout.rows; ++row)
      result[column * static_cast<uint64_t>(layout.stride) + row] += bias[row];
}

static CBLAS_TRANSPOSE flag(cublasOperation_t operation) {
  return operation == CUBLAS_OP_N ? CblasNoTrans : CblasTrans;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t, cublasLtMatmulDesc_t productHandle, const void *alpha, const void *a,
                              cublasLtMatrixLayout_t layoutA, const void *b, cublasLtMatrixLayout_t layoutB,
                              const void *beta, const void *c, cublasLtMatrixLayout_t layoutC, void *d,
                              cublasLtMatrixLayout_t layoutD, const cublasLtMatmulAlgo_t *chosenAlgorithm,
                              void *workspace, size_t workspaceBytes, cudaStream_t stream) {
  CALLED(cublasLtMatmul);
  Product product = get<Product>(productHandle);
  Layout la = get<Layout>(layoutA), lb = get<Layout>(layoutB), lc = get<Layout>(layoutC), ld = get<Layout>(layoutD);
  Algorithm algorithm;
  memcpy(&algorithm, chosenAlgorithm, sizeof algorithm);
  const Preference &promised = algorithm.preference;
  if (algorithm.mark != chosen || workspaceBytes < promised.workspaceBytes || !fit(product, la, lb, lc, ld) ||
      !isUsable(c, lc, promised.alignC) || !hasBias(product, ld) || !isUsable(a, la, promised.alignA) ||
      !isUsable(b, lb, promised.alignB) || !isUsable(d, ld, promised.alignD) ||
      !isDeviceMemory(workspace, static_cast<int64_t>(workspaceBytes)))
    return CUBLAS_STATUS_INVALID_VALUE;
  auto m = static_cast<blasint>(lc.rows), n = static_cast<blasint>(lc.columns),
       k = static_cast<blasint>(columnsOf(la, product.left));
  auto strideA = static_cast<blasint>(la.stride), strideB = static_cast<blasint>(lb.stride),
       strideD = static_cast<blasint>(ld.stride);
  bool wide = product.scale == CUDA_R_64F;
  double factors[] = {wide ? *static_cast<const double *>(alpha) : double(*static_cast<const float *>(alpha)),
                      wide ? *static_cast<const double *>(beta) : double(*static_cast<const float *>(beta))};
  if (factors[1] != 0 && c != d && (lc.stride != ld.stride || overlap(c, d, ld)))
    return CUBLAS_STATUS_INVALID_VALUE;
  auto run = [=] {
    memset(workspace, 0xff, std::min<size_t>(workspaceBytes, 4096));
    auto left = flag(product.left), right = flag(product.right);
    if (factors[1] != 0 && c != d)
      memcpy(d, c, static_cast<size_t>(countBytes(ld)));
    if (wide) {
      auto *result = static_cast<double *>(d);
      cblas_dgemm(CblasColMajor, left, right, m, n, k, factors[0], static_cast<const double *>(a), strideA,
                  static_cast<const double *>(b), strideB, factors[1], result, strideD);
      addBias(static_cast<const double *>(product.bias), ld, result);
      return;
    }
    std::vector<float> copyA, copyB, copyD, copyBias;
    bool isNarrow = ld.type == CUDA_R_16BF;
    widen(d, ld, copyD);
    float *result = isNarrow ? copyD.data() : static_cast<float *>(d);
    const float *rightOperand = widen(b, lb, copyB), *leftOperand = widen(a, la, copyA);
    if (product.compute == CUBLAS_COMPUTE_32F_FAST_TF32) {
      leftOperand = roundOperand(leftOperand, la, copyA);
      rightOperand = roundOperand(rightOperand, lb, copyB);
    }
    cblas_sgemm(CblasColMajor, left, right, m, n, k, float(factors[0]), leftOperand, strideA, rightOperand, strideB,
                float(factors[1]), result, strideD);
    if (product.bias)
      addBias(widen(product.bias, {ld.type, ld.rows, 1, ld.stride}, copyBias), ld, result);
    if (isNarrow)
      narrow(copyD, ld, d);
  };
  return enqueue(stream, "matrix product", run) ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}
