//===- Linear.cpp - nn.linear and its weight's gradient ----------------------------------------===//
#include "Lowering.h"
#include "Verify.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::nn;

/// Product of all sizes of x but the last.
static int64_t numRows(Value x) {
  return llvm::product_of(shapeOf(x).drop_back());
}

/// The call of shardrt_gemm: c[m, n] = op(a)[m, k] op(b)[k, n].
static LibraryCall gemm(Operation *op, Target target, int64_t m, int64_t n, int64_t k, bool transposeA,
                        bool transposeB) {
  LibraryCall call{SHARDC_RUNTIME_FN(shardrt_gemm, op->getContext())};
  int64_t dtype = dtypeOf(elementTypeOf(op->getOperand(0)));
  if (target.tf32 && dtype == SHARDRT_F32)
    dtype = SHARDRT_TF32;
  call.integers = {m, n, k, transposeA, transposeB, dtype, dtypeOf(elementTypeOf(op->getResult(0)))};
  return call;
}

/// The one of shardrt_gemm's relatives that adds `terms`. On the CPU a product's bits do not depend on what is added to
/// it.
static std::optional<RuntimeFunction> addingGemm(Operation *op, Target target, ArrayRef<Term> terms) {
  if (!(target == Target::CUDA))
    return std::nullopt;
  if (terms == ArrayRef{Term::Bias})
    return SHARDC_RUNTIME_FN(shardrt_gemm_bias, op->getContext());
  if (terms == ArrayRef{Term::Tensor})
    return SHARDC_RUNTIME_FN(shardrt_gemm_add, op->getContext());
  if (terms == ArrayRef{Term::Bias, Term::Tensor})
    return SHARDC_RUNTIME_FN(shardrt_gemm_bias_add, op->getContext());
  return std::nullopt;
}

static SmallVector<Value> multiplyAccumulate(ImplicitLocOpBuilder &, ArrayRef<Scalar> args) {
  return {args[2] + args[0] * args[1]};
}

//=== ------------------------------------------------------------------------------------------===//
// linear
//=== ------------------------------------------------------------------------------------------===//

LogicalResult LinearOp::verify() {
  if (failed(expectMinRank(*this, "x", getX(), 1)) || failed(expectRank(*this, "the weight", getWeight(), 2))) // C1
    return failure();
  int64_t out = shapeOf(getWeight())[getTransposed() ? 1 : 0], in = shapeOf(getX()).back();
  SmallVector<int64_t> weight = getTransposed() ? SmallVector<int64_t>{in, out} : SmallVector<int64_t>{out, in};
  if (failed(expectType(*this, "the weight", getWeight(), weight, elementTypeOf(getX())))) // C2
    return failure();
  return expectType(*this, "the result", getResult(), append(shapeOf(getX()).drop_back(), {out}),
                    elementTypeOf(getX())); // C3
}

ShardingRule LinearOp::getShardingRule() {
  std::string rows = leadingNames(rankOf(getX()) - 1);
  StringRef weight = getTransposed() ? "k n" : "n k";
  return ShardingRule::parse((rows + "k, " + weight + " -> " + rows + "n").str()).linearIn({0}).linearIn({1});
}

SmallVector<Value> LinearOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  Value dout = cotangents[0];
  if (!dout)
    return {Value(), Value()};
  Value dx = LinearOp::create(b, getLoc(), tensorType(getX()), dout, getWeight(), !getTransposed());
  Value lhs = dout, rhs = getX();
  if (getTransposed())
    std::swap(lhs, rhs);
  return {dx, LinearWeightGradOp::create(b, getLoc(), wideTensorType(getWeight()), lhs, rhs)};
}

int64_t LinearOp::getFlops() {
  return 2 * numRows(getX()) * tensorType(getWeight()).getNumElements();
}

unsigned LinearOp::getNumRowDims() {
  return 0;
}

SmallVector<Value> LinearOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  std::string rows = leadingNames(rankOf(getX()) - 1);
  StringRef weight = getTransposed() ? "k n" : "n k";
  std::string text = (rows + "n k: " + rows + "k, " + weight + " -> " + rows + "n").str();
  Value sums = filled(b, shapeOf(getResult()), wideTypeOf(getResult()), 0.0);
  return {rounded(b, generic(b, text, operands, sums, multiplyAccumulate).front(), elementTypeOf(getResult()))};
}

std::optional<RuntimeFunction> LinearOp::getAddingFunction(Target target, ArrayRef<Term> terms) {
  return addingGemm(*this, target, terms);
}

std::optional<LibraryCall> LinearOp::getLibraryCall(Target target) {
  return gemm(*this, target, numRows(getX()), shapeOf(getResult()).back(), shapeOf(getX()).back(), false,
              !getTransposed());
}

//=== ------------------------------------------------------------------------------------------===//
// linear_weight_grad
//=== ------------------------------------------------------------------------------------------===//

LogicalResult LinearWeightGradOp::verify() {
  Type element = elementTypeOf(getDout());
  if (failed(expectMinRank(*this, "dout", getDout(), 1)) || failed(expectMinRank(*this, "x", getX(), 1)))
    return failure();
  int64_t out = shapeOf(getDout()).back(), in = shapeOf(getX()).back();
  if (failed(expectType(*this, "x", getX(), append(shapeOf(getDout()).drop_back(), {in}), element))) // C1
    return failure();
  return expectType(*this, "the result", getDweight(), {out, in}, wideOf(element)); // C2
}

ShardingRule LinearWeightGradOp::getShardingRule() {
  std::string rows = leadingNames(rankOf(getX()) - 1);
  return ShardingRule::parse(rows + "n, " + rows + "k -> n k").linearIn({0}).linearIn({1});
}

int64_t LinearWeightGradOp::getFlops() {
  return 2 * numRows(getX()) * tensorType(getDweight()).getNumElements();
}

unsigned LinearWeightGradOp::getNumRowDims() {
  return 0;
}

SmallVector<Value> LinearWeightGradOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  std::string rows = leadingNames(rankOf(getX()) - 1);
  Value sum = filled(b, shapeOf(getDweight()), elementTypeOf(getDweight()), 0.0);
  return generic(b, "n k " + rows + ": " + rows + "n, " + rows + "k -> n k", operands, sum, multiplyAccumulate);
}

std::optional<RuntimeFunction> LinearWeightGradOp::getAddingFunction(Target target, ArrayRef<Term> terms) {
  return addingGemm(*this, target, terms);
}

std::optional<LibraryCall> LinearWeightGradOp::getLibraryCall(Target target) {
  return gemm(*this, target, shapeOf(getDout()).back(), shapeOf(getX()).back(), numRows(getX()), true, false);
}
