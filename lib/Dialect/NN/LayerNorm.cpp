//===- LayerNorm.cpp - nn.layer_norm and its gradients -----------------------------------------===//
#include "Norm.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::nn;

namespace {
/// The mean of each row and what follows from it, as sums: they are divided where they are used.
class Rows : public Norm {
public:
  template <typename Op>
  Rows(ImplicitLocOpBuilder &b, Op op, Value x)
      : Norm(op), names(leadingNames(rankOf(x) - 1)),
        sum(sumOfRow(b, names + "d", x, [](ArrayRef<Scalar> args) { return args[0]; })),
        squares(sumOfRow(b, names + "d, " + names, {x, sum}, [&](ArrayRef<Scalar> args) {
          Scalar distance = args[0] - args[1] / size;
          return distance * distance;
        })) {}

  /// An element less its mean, over its deviation.
  Scalar normed(Scalar x, Scalar sum, Scalar squares) const { return (x - sum / size) * scale(squares); }

  const std::string names;
  const Value sum, squares;
};
} // namespace

//=== ------------------------------------------------------------------------------------------===//
// layer_norm
//=== ------------------------------------------------------------------------------------------===//

LogicalResult LayerNormOp::verify() {
  if (failed(verifyNorm(*this)))
    return failure();
  return expectType(*this, "the bias", getBias(), shapeOf(getX()).take_back(1), elementTypeOf(getX())); // C1
}

ShardingRule LayerNormOp::getShardingRule() {
  return ruleOfNorm(getX(), "Rd, d, d -> Rd");
}

SmallVector<Value> LayerNormOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  Value dout = cotangents[0];
  if (!dout)
    return {Value(), Value(), Value()};
  return {LayerNormGradOp::create(b, getLoc(), tensorType(getX()), dout, getX(), getWeight(), getEpsilonAttr(),
                                  getSizeAttr()),
          LayerNormWeightGradOp::create(b, getLoc(), wideTensorType(getWeight()), dout, getX(), getEpsilonAttr(),
                                        getSizeAttr()),
          SumRowsOp::create(b, getLoc(), wideTensorType(getBias()), dout)};
}

int64_t LayerNormOp::getFlops() {
  return 8 * tensorType(getX()).getNumElements();
}

SmallVector<Value> LayerNormOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  Rows rows(b, *this, operands[0]);
  const std::string &names = rows.names;
  return generic(b, names + "d: " + names + "d, d, d, " + names + ", " + names + "-> " + names + "d",
                 {operands[0], operands[1], operands[2], rows.sum, rows.squares}, emptyLike(b, getResult()),
                 [&](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
                   return {rows.normed(args[0], args[3], args[4]) * args[1] + args[2]};
                 });
}

//=== ------------------------------------------------------------------------------------------===//
// layer_norm_grad
//=== ------------------------------------------------------------------------------------------===//

LogicalResult LayerNormGradOp::verify() {
  return verifyNormGrad(*this);
}

ShardingRule LayerNormGradOp::getShardingRule() {
  return ruleOfNorm(getX(), "Rd, Rd, d -> Rd").linearIn({0});
}

int64_t LayerNormGradOp::getFlops() {
  return 18 * tensorType(getX()).getNumElements();
}

SmallVector<Value> LayerNormGradOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  Value dout = operands[0], x = operands[1], weight = operands[2];
  Rows rows(b, *this, x);
  const std::string &names = rows.names;
  Value gradients =
      sumOfRow(b, names + "d, d", {dout, weight}, [](ArrayRef<Scalar> args) { return args[0] * args[1]; });
  Value products =
      sumOfRow(b, names + "d, " + names + "d, d, " + names + ", " + names, {dout, x, weight, rows.sum, rows.squares},
               [&](ArrayRef<Scalar> args) { return args[0] * args[2] * rows.normed(args[1], args[3], args[4]); });
  std::string row = ", " + names;
  return generic(b, names + "d: " + names + "d, " + names + "d, d" + row + row + row + row + "-> " + names + "d",
                 {dout, x, weight, rows.sum, rows.squares, gradients, products}, emptyLike(b, getDx()),
                 [&](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
                   Scalar gradient = args[0] * args[2], normed = rows.normed(args[1], args[3], args[4]);
                   Scalar centered = gradient - args[5] / rows.size;
                   return {rows.scale(args[4]) * (centered - normed * (args[6] / rows.size))};
                 });
}

//=== ------------------------------------------------------------------------------------------===//
// layer_norm_weight_grad
//=== ------------------------------------------------------------------------------------------===//

LogicalResult LayerNormWeightGradOp::verify() {
  return verifyNormWeightGrad(*this);
}

ShardingRule LayerNormWeightGradOp::getShardingRule() {
  return ruleOfNorm(getX(), "Rd, Rd -> d").linearIn({0});
}

int64_t LayerNormWeightGradOp::getFlops() {
  return 9 * tensorType(getX()).getNumElements();
}

unsigned LayerNormWeightGradOp::getNumRowDims() {
  return rankOf(getX()) - 1;
}

SmallVector<int64_t> LayerNormWeightGradOp::getRowShape() {
  return llvm::to_vector(shapeOf(getX()));
}

SmallVector<Value> LayerNormWeightGradOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  Rows rows(b, *this, operands[1]);
  const std::string &names = rows.names;
  Value zeros = filled(b, shapeOf(getDweight()), elementTypeOf(getDweight()), 0.0);
  return generic(b, names + "d: " + names + "d, " + names + "d, " + names + ", " + names + "-> d",
                 {operands[0], operands[1], rows.sum, rows.squares}, zeros,
                 [&](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
                   return {args[4] + args[0] * rows.normed(args[1], args[2], args[3])};
                 });
}
