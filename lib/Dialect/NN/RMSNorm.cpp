//===- RMSNorm.cpp - nn.rms_norm and its gradients ---------------------------------------------===//
#include "Norm.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::nn;

static Value squaresOfRow(ImplicitLocOpBuilder &b, Value x) {
  return sumOfRow(b, leadingNames(rankOf(x) - 1) + "d", x, [](ArrayRef<Scalar> args) { return args[0] * args[0]; });
}

static Scalar factor(Scalar weight, bool plusOne) {
  return plusOne ? weight + 1.0 : weight;
}

//=== ------------------------------------------------------------------------------------------===//
// rms_norm
//=== ------------------------------------------------------------------------------------------===//

LogicalResult RMSNormOp::verify() {
  return verifyNorm(*this);
}

ShardingRule RMSNormOp::getShardingRule() {
  return ruleOfNorm(getX(), "Rd, d -> Rd");
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
  Norm norm(*this);
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
  return verifyNormGrad(*this);
}

ShardingRule RMSNormGradOp::getShardingRule() {
  return ruleOfNorm(getX(), "Rd, Rd, d -> Rd").linearIn({0});
}

int64_t RMSNormGradOp::getFlops() {
  return 10 * tensorType(getX()).getNumElements();
}

SmallVector<Value> RMSNormGradOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  Value dout = operands[0], x = operands[1], weight = operands[2];
  Norm norm(*this);
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
  return verifyNormWeightGrad(*this);
}

ShardingRule RMSNormWeightGradOp::getShardingRule() {
  return ruleOfNorm(getX(), "Rd, Rd -> d").linearIn({0});
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
  Norm norm(*this);
  std::string rows = leadingNames(rankOf(getX()) - 1);
  Value zeros = filled(b, shapeOf(getDweight()), elementTypeOf(getDweight()), 0.0);
  return generic(b, rows + "d: " + rows + "d, " + rows + "d, " + rows + "-> d",
                 {operands[0], operands[1], squaresOfRow(b, operands[1])}, zeros,
                 [&](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
                   return {args[3] + args[0] * (args[1] * norm.scale(args[2]))};
                 });
}
