//===- Bias.cpp - nn.add_bias, and nn.sum_rows, its bias's gradient ----------------------------===//
#include "Lowering.h"
#include "Verify.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::nn;

//=== ------------------------------------------------------------------------------------------===//
// add_bias
//=== ------------------------------------------------------------------------------------------===//

LogicalResult AddBiasOp::verify() {
  if (failed(expectMinRank(*this, "x", getX(), 1)) ||
      failed(expectType(*this, "the bias", getBias(), shapeOf(getX()).take_back(1), elementTypeOf(getX())))) // C1
    return failure();
  return expectLike(*this, "the result", getResult(), getX()); // C2
}

ShardingRule AddBiasOp::getShardingRule() {
  std::string rows = leadingNames(rankOf(getX()) - 1);
  return ShardingRule::parse(rows + "n, n -> " + rows + "n").linearIn({0, 1});
}

SmallVector<Value> AddBiasOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  Value dout = cotangents[0];
  if (!dout)
    return {Value(), Value()};
  return {dout, SumRowsOp::create(b, getLoc(), wideTensorType(getBias()), dout)};
}

std::optional<Term> AddBiasOp::getTermAddedTo(unsigned operand) {
  return operand == 0 ? std::optional(Term::Bias) : std::nullopt;
}

int64_t AddBiasOp::getFlops() {
  return tensorType(getX()).getNumElements();
}

SmallVector<Value> AddBiasOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  std::string rows = leadingNames(rankOf(getX()) - 1);
  return generic(
      b, rows + "n: " + rows + "n, n -> " + rows + "n", operands, emptyLike(b, getResult()),
      [](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> { return {args[0] + args[1]}; });
}

//=== ------------------------------------------------------------------------------------------===//
// sum_rows
//=== ------------------------------------------------------------------------------------------===//

LogicalResult SumRowsOp::verify() { // C1
  if (failed(expectMinRank(*this, "x", getX(), 1)))
    return failure();
  return expectType(*this, "the result", getResult(), shapeOf(getX()).take_back(1), wideTypeOf(getX()));
}

ShardingRule SumRowsOp::getShardingRule() {
  return ShardingRule::parse(leadingNames(rankOf(getX()) - 1) + "n -> n").linearIn({0});
}

int64_t SumRowsOp::getFlops() {
  return tensorType(getX()).getNumElements();
}

unsigned SumRowsOp::getNumRowDims() {
  return rankOf(getX()) - 1;
}

SmallVector<int64_t> SumRowsOp::getRowShape() {
  return llvm::to_vector(shapeOf(getX()));
}

SmallVector<Value> SumRowsOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  std::string rows = leadingNames(rankOf(getX()) - 1);
  Value zeros = filled(b, shapeOf(getResult()), elementTypeOf(getResult()), 0.0);
  return generic(
      b, rows + "n: " + rows + "n -> n", operands, zeros,
      [](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> { return {args[1] + args[0]}; });
}
