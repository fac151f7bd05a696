//===- Optimizer.cpp - nn.sqrt, clip_scale, adamw, and what training is built from -------------===//
#include "Optimizer.h"
#include "Lowering.h"
#include "Verify.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::nn;

//=== ------------------------------------------------------------------------------------------===//
// sqrt, clip_scale
//=== ------------------------------------------------------------------------------------------===//

LogicalResult SqrtOp::verify() {
  return expectLike(*this, "the result", getResult(), getX());
} // C1

ShardingRule SqrtOp::getShardingRule() {
  return ShardingRule::pointwise(rankOf(getX()), 1);
}

int64_t SqrtOp::getFlops() {
  return tensorType(getX()).getNumElements();
}

SmallVector<Value> SqrtOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  return pointwise(b, getResult(), operands,
                   [](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> { return {sqrt(args[0])}; });
}

LogicalResult ClipScaleOp::verify() {
  if (failed(expectRank(*this, "the norm", getNorm(), 0)) || // C1
      failed(expectLike(*this, "the result", getResult(), getNorm())))
    return failure();
  if (getMaxNorm() && !(getMaxNorm()->convertToDouble() > 0)) // C2
    return emitOpError("expected a positive max_norm, got ") << getMaxNormAttr();
  return success();
}

ShardingRule ClipScaleOp::getShardingRule() {
  return ShardingRule::pointwise(0, 1);
}

int64_t ClipScaleOp::getFlops() {
  return 3;
}

SmallVector<Value> ClipScaleOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  return pointwise(b, getResult(), operands, [&](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
    Scalar norm = args[0], one = norm.literal(1.0);
    if (!getMaxNorm())
      return {one};
    return {min(one, norm.literal(getMaxNorm()->convertToDouble()) / (norm + 1e-6))};
  });
}

//=== ------------------------------------------------------------------------------------------===//
// adamw
//=== ------------------------------------------------------------------------------------------===//

LogicalResult AdamWOp::verify() {
  for (Value value : {getGradient(), getMoment1(), getMoment2()})
    if (failed(expectLike(*this, "gradient and moments", value, getParameter()))) // C1
      return failure();
  for (Value value : getResults())
    if (failed(expectLike(*this, "a result", value, getParameter()))) // C1
      return failure();
  for (Value value : {getLearningRate(), getCorrection1(), getCorrection2(), getScale()})
    if (failed(expectType(*this, "a scalar", value, {}, elementTypeOf(getParameter())))) // C2
      return failure();
  return success();
}

ShardingRule AdamWOp::getShardingRule() {
  ShardingRule rule = ShardingRule::pointwise(rankOf(getParameter()), 4);
  rule.operands.append(4, TensorFactors()); // the scalars
  rule.results.append(2, rule.results.front());
  return rule;
}

int64_t AdamWOp::getFlops() {
  return 16 * tensorType(getParameter()).getNumElements();
}

SmallVector<Value> AdamWOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  double beta1 = getBeta1().convertToDouble(), beta2 = getBeta2().convertToDouble();
  double epsilon = getEpsilon().convertToDouble(), decay = getWeightDecay().convertToDouble();
  return pointwise(b, getResults(), operands, [&](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
    Scalar p = args[0], m = args[2], v = args[3], rate = args[4], correction1 = args[5], correction2 = args[6];
    Scalar g = args[1] * args[7];
    Scalar newM = m * beta1 + g * (1.0 - beta1);
    Scalar newV = v * beta2 + g * g * (1.0 - beta2);
    Scalar step = rate * newM * correction1 / (sqrt(newV * correction2) + epsilon);
    return {p * (1.0 - rate * decay) - step, newM, newV};
  });
}

//=== ------------------------------------------------------------------------------------------===//
// What training is built from
//=== ------------------------------------------------------------------------------------------===//

namespace {

struct NNTraining : TrainingDialectInterface {
  using TrainingDialectInterface::TrainingDialectInterface;

  Value buildAdd(OpBuilder &b, Location loc, Value x, Value y) const override {
    return AddOp::create(b, loc, tensorType(x), x, y);
  }
  Value buildSquareSum(OpBuilder &b, Location loc, Value x) const override {
    return SquareSumOp::create(b, loc, RankedTensorType::get({}, wideTypeOf(x)), x);
  }
  Value buildSqrt(OpBuilder &b, Location loc, Value x) const override {
    return SqrtOp::create(b, loc, tensorType(x), x);
  }
  Value buildScale(OpBuilder &b, Location loc, Value x, Value y) const override {
    return MulOp::create(b, loc, tensorType(x), x, y);
  }
  Value buildClipScale(OpBuilder &b, Location loc, Value norm, std::optional<double> maxNorm) const override {
    return ClipScaleOp::create(b, loc, tensorType(norm), norm, maxNorm ? b.getF64FloatAttr(*maxNorm) : FloatAttr());
  }
  SmallVector<Value> buildAdamW(OpBuilder &b, Location loc, Value parameter, Value gradient, Value moment1,
                                Value moment2, Value learningRate, Value correction1, Value correction2, Value scale,
                                const AdamW &options) const override {
    RankedTensorType type = tensorType(parameter);
    auto op =
        AdamWOp::create(b, loc, type, type, type, parameter, gradient, moment1, moment2, learningRate, correction1,
                        correction2, scale, b.getF64FloatAttr(options.beta1), b.getF64FloatAttr(options.beta2),
                        b.getF64FloatAttr(options.epsilon), b.getF64FloatAttr(options.weightDecay));
    return llvm::to_vector_of<Value>(op.getResults());
  }
  Value buildCast(OpBuilder &b, Location loc, Value x, Type elementType) const override {
    return CastOp::create(b, loc, RankedTensorType::get(shapeOf(x), elementType), x);
  }
  Value buildZeros(OpBuilder &b, Location loc, RankedTensorType type) const override {
    return ZerosOp::create(b, loc, withoutEncoding(type));
  }
};

} // namespace

void nn::addTrainingInterface(NNDialect &dialect) {
  dialect.addInterfaces<NNTraining>();
}
