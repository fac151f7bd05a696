//===- Norm.h - What nn.layer_norm and nn.rms_norm share ---------------------------------------===//
#ifndef SHARDC_LIB_DIALECT_NN_NORM_H
#define SHARDC_LIB_DIALECT_NN_NORM_H

#include "Lowering.h"
#include "Verify.h"

namespace shardc::nn {

/// The constants of the mean of a norm.
struct Norm {
  template <typename Op>
  explicit Norm(Op op) : size(static_cast<double>(op.getSize())), epsilon(op.getEpsilon().convertToDouble()) {}

  /// 1 / sqrt(squares / size + epsilon), from a sum of squares.
  Scalar scale(Scalar squares) const { return 1.0 / sqrt(squares / size + epsilon); }

  const double size, epsilon;
};

/// Constraints of the forward operation: (C1) the weight is a vector of the last size of x, (C2) the result is like x,
/// (C3) the size is positive.
template <typename Op> mlir::LogicalResult verifyNorm(Op op) {
  if (mlir::failed(expectMinRank(op, "x", op.getX(), 1)) ||
      mlir::failed(
          expectType(op, "the weight", op.getWeight(), shapeOf(op.getX()).take_back(1), elementTypeOf(op.getX()))) ||
      mlir::failed(expectLike(op, "the result", op.getResult(), op.getX())))
    return mlir::failure();
  int64_t size = op.getSize();
  if (size <= 0)
    return op.emitOpError("expected a positive size, got ") << size;
  return mlir::success();
}

/// Constraint of the operand's gradient: (C1) dout, x and the result are alike, the weight a vector of their last size.
template <typename Op> mlir::LogicalResult verifyNormGrad(Op op) {
  if (mlir::failed(expectMinRank(op, "x", op.getX(), 1)) ||
      mlir::failed(expectLike(op, "dout", op.getDout(), op.getX())) ||
      mlir::failed(
          expectType(op, "the weight", op.getWeight(), shapeOf(op.getX()).take_back(1), elementTypeOf(op.getX()))))
    return mlir::failure();
  return expectLike(op, "the result", op.getDx(), op.getX());
}

/// Constraint of the weight's gradient: (C1) dout is like x, the result a vector of their last size.
template <typename Op> mlir::LogicalResult verifyNormWeightGrad(Op op) {
  if (mlir::failed(expectMinRank(op, "x", op.getX(), 1)) ||
      mlir::failed(expectLike(op, "dout", op.getDout(), op.getX())))
    return mlir::failure();
  return expectType(op, "the result", op.getDweight(), shapeOf(op.getX()).take_back(1), wideTypeOf(op.getX()));
}

/// The rule of an operation on rows d of x; `text` has R for their leading dimensions: "Rd, d -> Rd".
inline ShardingRule ruleOfNorm(mlir::Value x, llvm::StringRef text) {
  std::string rule;
  for (char character : text)
    rule += character == 'R' ? leadingNames(rankOf(x) - 1) : std::string(1, character);
  return ShardingRule::parse(rule).whole("d");
}

} // namespace shardc::nn

#endif // SHARDC_LIB_DIALECT_NN_NORM_H
