//===- Reductions.cpp - nn.sum, count, square_sum ----------------------------------------------===//
#include "Lowering.h"
#include "Verify.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::nn;

/// All factors of the operand are contracted.
static ShardingRule contractAll(Value x) {
  return ShardingRule::parse(leadingNames(rankOf(x)) + "-> ");
}

/// The last dimension is the inner one, the others are rows.
static unsigned numRowDims(Value x) {
  return std::max<int64_t>(rankOf(x) - 1, 0);
}

//=== ------------------------------------------------------------------------------------------===//
// sum
//=== ------------------------------------------------------------------------------------------===//

LogicalResult SumOp::verify() {
  return expectType(*this, "the result", getResult(), {}, wideTypeOf(getX()));
} // C1

ShardingRule SumOp::getShardingRule() {
  return contractAll(getX()).linearIn({0});
}

SmallVector<Value> SumOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  if (!cotangents[0])
    return {Value()};
  return {BroadcastOp::create(b, getLoc(), tensorType(getX()), cotangents[0])};
}

int64_t SumOp::getFlops() {
  return tensorType(getX()).getNumElements();
}

unsigned SumOp::getNumRowDims() {
  return numRowDims(getX());
}

SmallVector<int64_t> SumOp::getRowShape() {
  return llvm::to_vector(shapeOf(getX()));
}

SmallVector<Value> SumOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  return {sumOfAll(b, operands[0], wideTypeOf(getX()), [](ImplicitLocOpBuilder &, Scalar x) -> Value { return x; })};
}

//=== ------------------------------------------------------------------------------------------===//
// count
//=== ------------------------------------------------------------------------------------------===//

LogicalResult CountOp::verify() {
  return expectRank(*this, "the result", getResult(), 0);
} // C1

ShardingRule CountOp::getShardingRule() {
  return contractAll(getX());
}

SmallVector<Value> CountOp::buildVJP(OpBuilder &, ValueRange) {
  return {Value()};
}

int64_t CountOp::getFlops() {
  return tensorType(getX()).getNumElements();
}

unsigned CountOp::getNumRowDims() {
  return numRowDims(getX());
}

SmallVector<int64_t> CountOp::getRowShape() {
  return llvm::to_vector(shapeOf(getX()));
}

SmallVector<Value> CountOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  return {countNonNegative(b, operands[0], elementTypeOf(getResult()))};
}

Value nn::countNonNegative(ImplicitLocOpBuilder &b, Value x, Type elementType) {
  return sumOfAll(b, x, elementType, [&](ImplicitLocOpBuilder &body, Scalar element) -> Value {
    auto number = [&](double value) { return arith::ConstantOp::create(body, body.getFloatAttr(elementType, value)); };
    Value counts = compare(body, arith::CmpIPredicate::sge, element, integer(body, 0));
    return arith::SelectOp::create(body, counts, number(1.0), number(0.0));
  });
}

//=== ------------------------------------------------------------------------------------------===//
// square_sum
//=== ------------------------------------------------------------------------------------------===//

LogicalResult SquareSumOp::verify() {
  return expectType(*this, "the result", getResult(), {}, wideTypeOf(getX()));
} // C1

ShardingRule SquareSumOp::getShardingRule() {
  return contractAll(getX());
}

int64_t SquareSumOp::getFlops() {
  return 2 * tensorType(getX()).getNumElements();
}

unsigned SquareSumOp::getNumRowDims() {
  return numRowDims(getX());
}

SmallVector<int64_t> SquareSumOp::getRowShape() {
  return llvm::to_vector(shapeOf(getX()));
}

SmallVector<Value> SquareSumOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  return {
      sumOfAll(b, operands[0], wideTypeOf(getX()), [](ImplicitLocOpBuilder &, Scalar x) -> Value { return x * x; })};
}
