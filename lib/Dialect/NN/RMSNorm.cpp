//===- RMSNorm.cpp - nn.rms_norm and its gradients ---------------------------------------------===//
#include "Lowering.h"
#include "Verify.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::nn;

static Value squaresOfRow(ImplicitLocOpBuilder &b, Value x) {
  return sumOfRow(b, leadingNames(rankOf(x) - 1) + "d", x, [](ArrayRef<Scalar> args) { return args[0] * args[0]; });
}

namespace {
/// The constants of the mean and what follows from them.
struct Norm {
  double size, epsilon;
  /// 1 / sqrt(mean(x^2) + epsilon), from the sum of squares.
  Scalar scale(Scalar squares) const { return 1.0 / sqrt(squares / size + epsilon); }
};
} // namespace

template <typename Op> static Norm normOf(Op op) {
  return {static_cast<double>(op.getSize()), op.getEpsilon().convertToDouble()};
}

static Scalar factor(Scalar weight, bool plusOne) {
  return plusOne ? weight + 1.0 : weight;
}

//=== ------------------------------------------------------------------------------------------===//
// rms_norm
//=== ------------------------------------------------------------------------------------------===//

LogicalResult RMSNormOp::verify() {
  if (failed(expectMinRank(*this, "x", getX(), 1)) ||
      failed(expectType(*this, "the weight", getWeight(), shapeOf(getX()).take_back(1), elementTypeOf(getX()))) || // C1
      failed(expectLike(*this, "the result", getResult(), getX())))                                                // C2
    return failure();
  int64_t size = getSize();
  if (size <= 0) // C3
    return emitOpError("expected a positive size, got ") << size;
  return success();
}

ShardingRule RMSNormOp::getShardingRule() {
  std::string rows = leadingNames(rankOf(getX()) - 1);
  return ShardingRule::parse(rows + "d, d -> " + rows + "d").whole("d");
}

SmallVector<Value> RMSNormOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  Value dout = cotangents[0];
  if (!dout)
    return {Value(), Value()};
  return {RMSNormGradOp::create(b, getLoc(), tensorType(getX()), dout, getX(), getWeight(), getEpsilonAttr(),
                                getSizeAttr(), getPlusOneAttr()),
          RMSNormWeightGradOp::create(b, getLoc(), wideTensorType(getWeight()), dout, getX(), getEpsilonAttr(),
                                      getSizeAttr())};
}

int64_t RMSNormOp::getFlops() {
  return 4 * tensorType(getX()).getNumElements();
}

SmallVector<Value> RMSNormOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  Norm norm = normOf(*this);
  std::string rows = leadingNames(rankOf(getX()) - 1);
  return generic(b, rows + "d: " + rows + "d, d, " + rows + "-> " + rows + "d",
                 {operands[0], operands[1], squaresOfRow(b, operands[0])}, emptyLike(b, getResult()),
                 [&](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
                   Scalar x = args[0], weight = args[1], squares = args[2];
                   return {x * norm.scale(squares) * factor(weight, getPlusOne())};
                 });
}

//=== ------------------------------------------------------------------------------------------===//
// rms_norm_grad
//=== ------------------------------------------------------------------------------------------===//

LogicalResult RMSNormGradOp::verify() {
  if (failed(expectMinRank(*this, "x", getX(), 1)) || failed(expectLike(*this, "dout", getDout(), getX())) || // C1
      failed(expectType(*this, "the weight", getWeight(), shapeOf(getX()).take_back(1), elementTypeOf(getX()))))
    return failure();
  return expectLike(*this, "the result", getDx(), getX());
}

ShardingRule RMSNormGradOp::getShardingRule() {
  std::string rows = leadingNames(rankOf(getX()) - 1);
  return ShardingRule::parse(rows + "d, " + rows + "d, d -> " + rows + "d").whole("d").linearIn({0});
}

int64_t RMSNormGradOp::getFlops() {
  return 10 * tensorType(getX()).getNumElements();
}

SmallVector<Value> RMSNormGradOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  Value dout = operands[0], x = operands[1], weight = operands[2];
  Norm norm = normOf(*this);
  std::string rows = leadingNames(rankOf(x) - 1);
  Value products = sumOfRow(b, rows + "d, " + rows + "d, d", {dout, x, weight},
                            [&](ArrayRef<Scalar> args) { return args[0] * args[1] * factor(args[2], getPlusOne()); });
  return generic(b, rows + "d: " + rows + "d, " + rows + "d, d, " + rows + ", " + rows + "-> " + rows + "d",
                 {dout, x, weight, squaresOfRow(b, x), products}, emptyLike(b, getDx()),
                 [&](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
                   Scalar r = norm.scale(args[3]);
                   return {r * (factor(args[2], getPlusOne()) * args[0]) -
                           args[1] * (r * r * r * (args[4] / norm.size))};
                 });
}

//=== ------------------------------------------------------------------------------------------===//
// rms_norm_weight_grad
//=== ------------------------------------------------------------------------------------------===//

LogicalResult RMSNormWeightGradOp::verify() {
  if (failed(expectMinRank(*this, "x", getX(), 1)) || failed(expectLike(*this, "dout", getDout(), getX()))) // C1
    return failure();
  return expectType(*this, "the result", getDweight(), shapeOf(getX()).take_back(1), wideTypeOf(getX()));
}

ShardingRule RMSNormWeightGradOp::getShardingRule() {
  std::string rows = leadingNames(rankOf(getX()) - 1);
  return ShardingRule::parse(rows + "d, " + rows + "d -> d").whole("d").linearIn({0});
}

int64_t RMSNormWeightGradOp::getFlops() {
  return 5 * tensorType(getX()).getNumElements();
}

unsigned RMSNormWeightGradOp::getNumRowDims() {
  return rankOf(getX()) - 1;
}

SmallVector<int64_t> RMSNormWeightGradOp::getRowShape() {
  return llvm::to_vector(shapeOf(getX()));
}

SmallVector<Value> RMSNormWeightGradOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  Norm norm = normOf(*this);
  std::string rows = leadingNames(rankOf(getX()) - 1);
  Value zeros = filled(b, shapeOf(getDweight()), elementTypeOf(getDweight()), 0.0);
  return generic(b, rows + "d: " + rows + "d, " + rows + "d, " + rows + "-> d",
                 {operands[0], operands[1], squaresOfRow(b, operands[1])}, zeros,
                 [&](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
                   return {args[3] + args[0] * (args[1] * norm.scale(args[2]))};
                 });
}
