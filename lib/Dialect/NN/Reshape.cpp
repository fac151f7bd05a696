//===- Reshape.cpp - nn.reshape ----------------------------------------------------------------===//
#include "Lowering.h"
#include "Verify.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::nn;

/// The factors of all dimensions of a tensor, major to minor.
static SmallVector<unsigned> flatten(const TensorFactors &tensor) {
  SmallVector<unsigned> factors;
  for (const DimFactors &dim : tensor)
    llvm::append_range(factors, dim);
  return factors;
}

LogicalResult ReshapeOp::verify() {
  RankedTensorType x = tensorType(getX()), result = tensorType(getResult());
  if (x.getNumElements() != result.getNumElements()) // C1
    return emitOpError("expected a result of ") << x.getNumElements() << " elements, got " << result;
  std::optional<ShardingRule> rule = ShardingRule::tryParse(getRule());
  if (!rule || rule->operands.size() != 1 || rule->results.size() != 1 ||
      flatten(rule->operands[0]) != flatten(rule->results[0])) // C2
    return emitOpError("expected a rule with the same factors in the same order on both sides, got \"")
           << getRule() << '"';
  if (!rule->inferSizes({x.getShape()}, {result.getShape()})) // C3
    return emitOpError("expected a rule that fits ") << x << " and " << result << ", got \"" << getRule() << '"';
  if (x.getElementType() != result.getElementType()) // C4
    return emitOpError("expected a result of ") << x.getElementType() << ", got " << result;
  return success();
}

ShardingRule ReshapeOp::getShardingRule() {
  return ShardingRule::parse(getRule()).linearIn({0});
}

SmallVector<Value> ReshapeOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  if (!cotangents[0])
    return {Value()};
  auto [left, right] = getRule().split("->");
  std::string reversed = (right.trim() + " -> " + left.trim()).str();
  return {ReshapeOp::create(b, getLoc(), tensorType(getX()), cotangents[0], reversed)};
}

int64_t ReshapeOp::getFlops() {
  return 0;
}

bool ReshapeOp::isView() {
  return true;
}

SmallVector<Value> ReshapeOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  RankedTensorType type = tensorType(getResult());
  auto shapeType = RankedTensorType::get({type.getRank()}, b.getIndexType());
  Value shape = arith::ConstantOp::create(b, shapeType, DenseIntElementsAttr::get(shapeType, type.getShape()));
  return {tensor::ReshapeOp::create(b, type, operands[0], shape)};
}
