//===- Gemm.cpp - Matrix products by cuBLASLt -----------------------------------------===//
//
// cuBLASLt's matrices are column-major, ours row-major: a row-major [m, k] is a column-major [k, m] in the same bytes.
// So it computes c' = op(b)' * op(a)', where ' transposes, with the operands in exchanged places and nothing copied.
//
//===----------------------------------------------------------------------------------===//

#include "cuda/Gemm.h"

#include <algorithm>

using namespace shardrt;
using namespace shardrt::cuda;

/// The types of a product: of its operands and its result, of its sums and its factors. Operands of float32 are not
/// rounded to TF32 unless that is asked for.
namespace {
struct Types {
  cudaDataType operand, result;
  cublasComputeType_t compute;
  cudaDataType scale;
};
} // namespace

static Types typesOf(const GemmShape &shape) {
  if (shape.dtype == SHARDRT_F64)
    return {CUDA_R_64F, CUDA_R_64F, CUBLAS_COMPUTE_64F, CUDA_R_64F};
  auto narrow = [](shardrt_dtype dtype) { return dtype == SHARDRT_BF16 ? CUDA_R_16BF : CUDA_R_32F; };
  cublasComputeType_t compute = shape.dtype == SHARDRT_TF32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
  return {narrow(shape.dtype), narrow(shape.resultDtype), compute, CUDA_R_32F};
}

static std::string describeShape(const GemmShape &shape) {
  return fmt::format("the product of {} x {}{} and {} x {}{}", shape.m, shape.k,
                     shape.transposeA ? " (transposed)" : "", shape.k, shape.n,
                     shape.transposeB ? " (transposed)" : "");
}

/// Returns the largest power of two up to 256 that divides the address: algorithms differ by no more.
static uint32_t alignmentOf(const void *address) {
  auto value = reinterpret_cast<uintptr_t>(address) | 256;
  return static_cast<uint32_t>(value & -value);
}

Gemm::Gemm() {
  library.check(library.create(&handle), "starting cuBLASLt");
}

Gemm::~Gemm() {
  for (const auto &[key, plan] : plans)
    release(plan);
  library.destroy(handle);
}

std::string Gemm::getVersion() const {
  size_t version = library.getVersion();
  return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

void Gemm::release(const Plan &plan) {
  for (cublasLtMatrixLayout_t layout : {plan.left, plan.right, plan.result})
    if (layout)
      library.matrixLayoutDestroy(layout);
  if (plan.product)
    library.matmulDescDestroy(plan.product);
}

void Gemm::describe(const Key &key, Plan &plan) {
  const GemmShape &shape = key.shape;
  Types types = typesOf(shape);
  std::string doing = "describing " + describeShape(shape);
  cublasOperation_t ofLeft = shape.transposeB ? CUBLAS_OP_T : CUBLAS_OP_N,
                    ofRight = shape.transposeA ? CUBLAS_OP_T : CUBLAS_OP_N;
  auto layout = [&](cublasLtMatrixLayout_t &made, cudaDataType type, int64_t rows, int64_t columns) {
    library.check(
        library.matrixLayoutCreate(&made, type, static_cast<uint64_t>(columns), static_cast<uint64_t>(rows), columns),
        "{}", doing);
  };
  library.check(library.matmulDescCreate(&plan.product, types.compute, types.scale), "{}", doing);
  library.check(library.matmulDescSetAttribute(plan.product, CUBLASLT_MATMUL_DESC_TRANSA, &ofLeft, sizeof ofLeft), "{}",
                doing);
  library.check(library.matmulDescSetAttribute(plan.product, CUBLASLT_MATMUL_DESC_TRANSB, &ofRight, sizeof ofRight),
                "{}", doing);
  if (cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_BIAS; key.hasBias)
    library.check(
        library.matmulDescSetAttribute(plan.product, CUBLASLT_MATMUL_DESC_EPILOGUE, &epilogue, sizeof epilogue), "{}",
        doing);
  layout(plan.left, types.operand, shape.transposeB ? shape.n : shape.k, shape.transposeB ? shape.k : shape.n);
  layout(plan.right, types.operand, shape.transposeA ? shape.k : shape.m, shape.transposeA ? shape.m : shape.k);
  layout(plan.result, types.result, shape.m, shape.n);
}

void Gemm::choose(const Key &key, Plan &plan) {
  std::string doing = "choosing an algorithm for " + describeShape(key.shape);
  cublasLtMatmulPreference_t preference = nullptr;
  library.check(library.matmulPreferenceCreate(&preference), "{}", doing);
  auto prefer = [&](cublasLtMatmulPreferenceAttributes_t attribute, auto value) {
    return library.matmulPreferenceSetAttribute(preference, attribute, &value, sizeof value);
  };
  cublasLtMatmulHeuristicResult_t found = {};
  int count = 0;
  // Parts of a sum are kept in the type that is computed in, so that a result is rounded once.
  auto schemes = static_cast<uint32_t>(CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE);
  cublasStatus_t results[] = {prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, static_cast<uint64_t>(workspaceBytes)),
                              prefer(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, schemes),
                              prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, key.alignB),
                              prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, key.alignA),
                              prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, key.alignAddend),
                              prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, key.alignC),
                              library.matmulAlgoGetHeuristic(handle, plan.product, plan.left, plan.right, plan.result,
                                                             plan.result, preference, 1, &found, &count)};
  library.matmulPreferenceDestroy(preference);
  for (cublasStatus_t result : results)
    library.check(result, "{}", doing);
  library.check(count == 0 ? CUBLAS_STATUS_NOT_SUPPORTED : found.state, "{}", doing);
  plan.algorithm = found.algo;
}

/// Without an addend the place of C is D, which is not read then.
void Gemm::run(const GemmShape &shape, const void *a, const void *b, const GemmTerms &terms, void *c, void *workspace,
               CUstream_st *stream) {
  const void *addend = terms.addend ? terms.addend : c;
  Key key{shape,          terms.bias != nullptr,   terms.addend != nullptr, alignmentOf(a),
          alignmentOf(b), alignmentOf(terms.bias), alignmentOf(addend),     alignmentOf(c)};
  auto [at, isNew] = plans.try_emplace(key);
  Plan &plan = at->second;
  if (isNew)
    describe(key, plan);
  if (terms.bias)
    library.check(
        library.matmulDescSetAttribute(plan.product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &terms.bias, sizeof terms.bias),
        "describing {}", describeShape(shape));
  if (isNew)
    choose(key, plan);
  const float narrow[] = {0, 1};
  const double wide[] = {0, 1};
  auto factor = [&](bool isOne) {
    return shape.dtype == SHARDRT_F64 ? static_cast<const void *>(&wide[isOne]) : &narrow[isOne];
  };
  library.check(library.matmul(handle, plan.product, factor(true), b, plan.left, a, plan.right, factor(key.hasAddend),
                               addend, plan.result, c, plan.result, &plan.algorithm, workspace,
                               static_cast<size_t>(workspaceBytes), stream),
                "{}", describeShape(shape));
}
