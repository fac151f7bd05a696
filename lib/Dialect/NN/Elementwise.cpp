//===- Elementwise.cpp - nn.silu, gelu, scale, cast, add, sub, mul, neg, constants, broadcast --===//
#include "Lowering.h"
#include "Verify.h"
#include <numbers>

using namespace mlir;
using namespace shardc;
using namespace shardc::nn;

/// Checks that all operands and the results have one shape and element type.
static LogicalResult verifyAlike(Operation *op) { // C1 of each
  for (Value operand : op->getOperands().drop_front())
    if (failed(expectLike(op, "an operand", operand, op->getOperand(0))))
      return failure();
  return expectLike(op, "a result", op->getResult(0), op->getOperand(0));
}

static ShardingRule pointwiseRule(Operation *op) {
  return ShardingRule::pointwise(rankOf(op->getResult(0)), op->getNumOperands());
}

static int64_t numElements(Value value) {
  return tensorType(value).getNumElements();
}

/// Lowers an operation whose result at an index is `payload` of the operands there.
static SmallVector<Value> lower(Operation *op, OpBuilder &builder, ValueRange operands,
                                function_ref<Scalar(ArrayRef<Scalar>)> payload) {
  ImplicitLocOpBuilder b(op->getLoc(), builder);
  return pointwise(
      b, op->getResults(), operands,
      [&](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> { return {payload(args)}; });
}

static Scalar sigmoid(Scalar x) {
  return 1.0 / (exp(-x) + 1.0);
}

//=== ------------------------------------------------------------------------------------------===//
// silu
//=== ------------------------------------------------------------------------------------------===//

ShardingRule SiluOp::getShardingRule() {
  return pointwiseRule(*this);
}

SmallVector<Value> SiluOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  if (!cotangents[0])
    return {Value()};
  return {SiluGradOp::create(b, getLoc(), tensorType(getX()), cotangents[0], getX())};
}

int64_t SiluOp::getFlops() {
  return 4 * numElements(getX());
}

SmallVector<Value> SiluOp::lowerToLinalg(OpBuilder &b, ValueRange operands) {
  return lower(*this, b, operands, [](ArrayRef<Scalar> args) { return args[0] * sigmoid(args[0]); });
}

LogicalResult SiluGradOp::verify() {
  return verifyAlike(*this);
}

ShardingRule SiluGradOp::getShardingRule() {
  return pointwiseRule(*this).linearIn({0});
}

int64_t SiluGradOp::getFlops() {
  return 9 * numElements(getX());
}

SmallVector<Value> SiluGradOp::lowerToLinalg(OpBuilder &b, ValueRange operands) {
  return lower(*this, b, operands, [](ArrayRef<Scalar> args) {
    Scalar dout = args[0], x = args[1], s = sigmoid(x);
    return dout * (s * (x * (1.0 - s) + 1.0));
  });
}

//=== ------------------------------------------------------------------------------------------===//
// gelu
//=== ------------------------------------------------------------------------------------------===//

static constexpr double geluCubic = 0.044715;
/// 2 sqrt(2 / pi): 1 + tanh(u) is 2 sigmoid(2u).
static constexpr double geluSlope = 2 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi;

static Scalar geluSigmoid(Scalar x) {
  return sigmoid((x + x * x * x * geluCubic) * geluSlope);
}

ShardingRule GeluOp::getShardingRule() {
  return pointwiseRule(*this);
}

SmallVector<Value> GeluOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  if (!cotangents[0])
    return {Value()};
  return {GeluGradOp::create(b, getLoc(), tensorType(getX()), cotangents[0], getX())};
}

int64_t GeluOp::getFlops() {
  return 9 * numElements(getX());
}

SmallVector<Value> GeluOp::lowerToLinalg(OpBuilder &b, ValueRange operands) {
  return lower(*this, b, operands, [](ArrayRef<Scalar> args) { return args[0] * geluSigmoid(args[0]); });
}

LogicalResult GeluGradOp::verify() {
  return verifyAlike(*this);
}

ShardingRule GeluGradOp::getShardingRule() {
  return pointwiseRule(*this).linearIn({0});
}

int64_t GeluGradOp::getFlops() {
  return 18 * numElements(getX());
}

SmallVector<Value> GeluGradOp::lowerToLinalg(OpBuilder &b, ValueRange operands) {
  return lower(*this, b, operands, [](ArrayRef<Scalar> args) {
    Scalar dout = args[0], x = args[1], s = geluSigmoid(x);
    Scalar slope = (x * x * (3 * geluCubic) + 1.0) * geluSlope;
    return dout * (s * (x * ((1.0 - s) * slope) + 1.0));
  });
}

//=== ------------------------------------------------------------------------------------------===//
// scale
//=== ------------------------------------------------------------------------------------------===//

ShardingRule ScaleOp::getShardingRule() {
  return pointwiseRule(*this).linearIn({0});
}

SmallVector<Value> ScaleOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  if (!cotangents[0])
    return {Value()};
  return {ScaleOp::create(b, getLoc(), tensorType(getX()), cotangents[0], getFactorAttr())};
}

int64_t ScaleOp::getFlops() {
  return numElements(getX());
}

SmallVector<Value> ScaleOp::lowerToLinalg(OpBuilder &b, ValueRange operands) {
  double factor = getFactor().convertToDouble();
  return lower(*this, b, operands, [&](ArrayRef<Scalar> args) { return args[0] * factor; });
}

//=== ------------------------------------------------------------------------------------------===//
// cast
//=== ------------------------------------------------------------------------------------------===//

LogicalResult CastOp::verify() { // C1
  return expectType(*this, "the result", getResult(), shapeOf(getX()), elementTypeOf(getResult()));
}

ShardingRule CastOp::getShardingRule() {
  return pointwiseRule(*this).linearIn({0});
}

SmallVector<Value> CastOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  if (!cotangents[0])
    return {Value()};
  return {CastOp::create(b, getLoc(), tensorType(getX()), cotangents[0])};
}

int64_t CastOp::getFlops() {
  return 0;
}

SmallVector<Value> CastOp::lowerToLinalg(OpBuilder &b, ValueRange operands) {
  return lower(*this, b, operands, [](ArrayRef<Scalar> args) { return args[0]; });
}

//=== ------------------------------------------------------------------------------------------===//
// add, sub, mul, neg
//=== ------------------------------------------------------------------------------------------===//

LogicalResult AddOp::verify() {
  return verifyAlike(*this);
}

ShardingRule AddOp::getShardingRule() {
  return pointwiseRule(*this).linearIn({0, 1});
}

SmallVector<Value> AddOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  return {cotangents[0], cotangents[0]};
}

std::optional<Term> AddOp::getTermAddedTo(unsigned operand) {
  return Term::Tensor;
}

int64_t AddOp::getFlops() {
  return numElements(getResult());
}

SmallVector<Value> AddOp::lowerToLinalg(OpBuilder &b, ValueRange operands) {
  return lower(*this, b, operands, [](ArrayRef<Scalar> args) { return args[0] + args[1]; });
}

LogicalResult SubOp::verify() {
  return verifyAlike(*this);
}

ShardingRule SubOp::getShardingRule() {
  return pointwiseRule(*this).linearIn({0, 1});
}

SmallVector<Value> SubOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  Value dout = cotangents[0];
  if (!dout)
    return {Value(), Value()};
  return {dout, NegOp::create(b, getLoc(), tensorType(getRhs()), dout)};
}

int64_t SubOp::getFlops() {
  return numElements(getResult());
}

SmallVector<Value> SubOp::lowerToLinalg(OpBuilder &b, ValueRange operands) {
  return lower(*this, b, operands, [](ArrayRef<Scalar> args) { return args[0] - args[1]; });
}

LogicalResult MulOp::verify() {
  return verifyAlike(*this);
}

ShardingRule MulOp::getShardingRule() {
  return pointwiseRule(*this).linearIn({0}).linearIn({1});
}

SmallVector<Value> MulOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  Value dout = cotangents[0];
  if (!dout)
    return {Value(), Value()};
  return {MulOp::create(b, getLoc(), tensorType(getLhs()), dout, getRhs()),
          MulOp::create(b, getLoc(), tensorType(getRhs()), dout, getLhs())};
}

int64_t MulOp::getFlops() {
  return numElements(getResult());
}

SmallVector<Value> MulOp::lowerToLinalg(OpBuilder &b, ValueRange operands) {
  return lower(*this, b, operands, [](ArrayRef<Scalar> args) { return args[0] * args[1]; });
}

LogicalResult NegOp::verify() {
  return verifyAlike(*this);
}

ShardingRule NegOp::getShardingRule() {
  return pointwiseRule(*this).linearIn({0});
}

int64_t NegOp::getFlops() {
  return numElements(getResult());
}

SmallVector<Value> NegOp::lowerToLinalg(OpBuilder &b, ValueRange operands) {
  return lower(*this, b, operands, [](ArrayRef<Scalar> args) { return -args[0]; });
}

//=== ------------------------------------------------------------------------------------------===//
// zeros, constant, broadcast
//=== ------------------------------------------------------------------------------------------===//

ShardingRule ZerosOp::getShardingRule() {
  return pointwiseRule(*this);
}

int64_t ZerosOp::getFlops() {
  return 0;
}

SmallVector<Value> ZerosOp::lowerToLinalg(OpBuilder &b, ValueRange operands) {
  return lower(*this, b, operands, [](ArrayRef<Scalar> args) { return args[0].literal(0.0); });
}

LogicalResult ConstantOp::verify() { // C1
  return expectRank(*this, "the result", getResult(), 0);
}

ShardingRule ConstantOp::getShardingRule() {
  return pointwiseRule(*this);
}

int64_t ConstantOp::getFlops() {
  return 0;
}

SmallVector<Value> ConstantOp::lowerToLinalg(OpBuilder &b, ValueRange operands) {
  ImplicitLocOpBuilder builder(getLoc(), b);
  return pointwise(builder, getOperation()->getResults(), operands,
                   [&](ImplicitLocOpBuilder &body, ArrayRef<Scalar>) -> SmallVector<Value> {
                     return {integer(body, static_cast<int32_t>(getValue()))};
                   });
}

LogicalResult BroadcastOp::verify() { // C1
  return expectType(*this, "the operand", getX(), {}, wideTypeOf(getResult()));
}

ShardingRule BroadcastOp::getShardingRule() {
  ShardingRule rule = ShardingRule::pointwise(rankOf(getResult()), 0);
  rule.operands.emplace_back(); // of rank 0
  return rule.linearIn({0});
}

int64_t BroadcastOp::getFlops() {
  return 0;
}

SmallVector<Value> BroadcastOp::lowerToLinalg(OpBuilder &b, ValueRange operands) {
  return lower(*this, b, operands, [](ArrayRef<Scalar> args) { return args[0]; });
}
