//===- CrossEntropy.cpp - nn.cross_entropy, log_sum_exp, pick and their gradients --------------===//
#include "Lowering.h"
#include "Verify.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <limits>

using namespace mlir;
using namespace shardc;
using namespace shardc::nn;

static constexpr double minusInfinity = -std::numeric_limits<double>::infinity();

static RankedTensorType scalarType(Value value) {
  return RankedTensorType::get({}, wideTypeOf(value));
}

/// The type [b, t, 1] for logits [b, t, v].
static RankedTensorType columnType(Value logits) {
  return RankedTensorType::get(append(shapeOf(logits).take_front(2), {1}), wideTypeOf(logits));
}

//=== ------------------------------------------------------------------------------------------===//
// cross_entropy
//=== ------------------------------------------------------------------------------------------===//

LogicalResult CrossEntropyOp::verify() {
  if (failed(expectRank(*this, "the logits", getLogits(), 3)) || // C1
      failed(expectType(*this, "the targets", getTargets(), shapeOf(getLogits()).take_front(2),
                        elementTypeOf(getTargets()))))
    return failure();
  Type element = wideTypeOf(getLogits());
  if (failed(expectType(*this, "the sum", getSum(), {}, element))) // C2
    return failure();
  return expectType(*this, "the count", getCount(), {}, element); // C2
}

ShardingRule CrossEntropyOp::getShardingRule() {
  return ShardingRule::parse("b t v, b t -> ,").custom("v");
}

SmallVector<Value> CrossEntropyOp::buildSharded(ShardedBuilder &builder, ValueRange operands) {
  OpBuilder &b = builder.builder;
  Location loc = builder.loc;
  auto place = [&](Operation *op) -> Value { return builder.place(op).front(); };
  Value logits = builder.mask(operands[0], 2, minusInfinity), targets = operands[1];
  RankedTensorType column = columnType(logits), scalar = scalarType(logits);

  Value lse = place(LogSumExpOp::create(b, loc, column, logits));
  if (builder.isSharded("v"))
    lse = place(LogSumExpOp::create(b, loc, column, builder.allGather(lse, 2, "v")));
  Value picked = place(PickOp::create(b, loc, column, logits, builder.localIndex(targets, "v")));
  if (builder.isSharded("v"))
    picked = builder.allReduce(picked, "v");
  Value losses = place(SubOp::create(b, loc, column, lse, picked));
  return {place(SumOp::create(b, loc, scalar, losses)), place(CountOp::create(b, loc, scalar, targets))};
}

SmallVector<Value> CrossEntropyOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  if (!cotangents[0])
    return {Value(), Value()};
  RankedTensorType type = wideTensorType(getLogits()), column = columnType(getLogits());
  Value dlosses = BroadcastOp::create(b, getLoc(), column, cotangents[0]);
  Value lse = LogSumExpOp::create(b, getLoc(), column, getLogits());
  Value softmax = LogSumExpGradOp::create(b, getLoc(), type, dlosses, getLogits(), lse);
  Value picked = PickGradOp::create(b, getLoc(), type, dlosses, getTargets());
  return {SubOp::create(b, getLoc(), type, softmax, picked), Value()};
}

int64_t CrossEntropyOp::getFlops() {
  return 4 * tensorType(getLogits()).getNumElements();
}

//=== ------------------------------------------------------------------------------------------===//
// log_sum_exp
//=== ------------------------------------------------------------------------------------------===//

namespace {
/// The loops of log_sum_exp and its gradient. One group, what every rank has, needs no loop of its own; several are a
/// dimension that the classes are split into.
struct Groups {
  Groups(Value x, int64_t count) : count(count), classes(shapeOf(x).back() / std::max<int64_t>(count, 1)) {}

  /// Names the groups and the classes: "b t v", or "b t r v".
  std::string all() const { return count == 1 ? "b t v" : "b t r v"; }
  /// Names the groups alone: a column of one element, or "b t r".
  std::string column() const { return count == 1 ? "b t 0" : "b t r"; }
  std::string row() const { return count == 1 ? "b t" : "b t r"; }

  Value split(ImplicitLocOpBuilder &b, Value x) const { return count == 1 ? x : splitDim(b, x, 2, {count, classes}); }
  Value join(ImplicitLocOpBuilder &b, Value x) const { return count == 1 ? x : joinDims(b, x, 2); }

  int64_t count, classes;
};
} // namespace

/// The shift of an exponential, which may be any finite number where all elements are minus infinity.
static Scalar finite(Scalar x) {
  return select(equals(x, minusInfinity), x.literal(0.0), x);
}

/// log(sum(exp(x))) over the classes of each group.
static Value logSumExp(ImplicitLocOpBuilder &b, Value x, const Groups &groups, ArrayRef<int64_t> shape) {
  Type element = wideTypeOf(x);
  SmallVector<int64_t> rows(shape.take_front(groups.count == 1 ? 2 : 3));
  x = groups.split(b, x);
  std::string all = groups.all(), row = groups.row();
  Value largest = generic(b, all + ": " + all + " -> " + row, x, filled(b, rows, element, minusInfinity),
                          [](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
                            return {max(args[0], args[1])};
                          })
                      .front();
  Value sum = generic(b, all + ": " + all + ", " + row + " -> " + row, {x, largest}, filled(b, rows, element, 0.0),
                      [](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
                        return {args[2] + exp(args[0] - finite(args[1]))};
                      })
                  .front();
  return generic(b, "b t r: " + row + ", " + row + " -> b t r", {sum, largest}, empty(b, shape, element),
                 [](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
                   return {log(args[0]) + finite(args[1])};
                 })
      .front();
}

/// Checks the shape of one value for each group of classes of x.
static LogicalResult verifyGroups(Operation *op, StringRef what, Value value, Value x) {
  if (failed(expectRank(op, what, value, 3)))
    return failure();
  int64_t groups = shapeOf(value).back();
  if (groups <= 0 || shapeOf(x).back() % groups != 0)
    return op->emitOpError("expected ") << what << " with a last size that divides " << shapeOf(x).back() << ", got "
                                        << groups;
  return expectType(op, what, value, append(shapeOf(x).drop_back(), {groups}), wideTypeOf(x));
}

LogicalResult LogSumExpOp::verify() {
  if (failed(expectRank(*this, "x", getX(), 3))) // C1
    return failure();
  return verifyGroups(*this, "the result", getResult(), getX()); // C2
}

ShardingRule LogSumExpOp::getShardingRule() {
  return ShardingRule::parse("b t (r v) -> b t r").whole("v");
}

SmallVector<Value> LogSumExpOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  if (!cotangents[0])
    return {Value()};
  return {LogSumExpGradOp::create(b, getLoc(), wideTensorType(getX()), cotangents[0], getX(), getResult())};
}

int64_t LogSumExpOp::getFlops() {
  return 4 * tensorType(getX()).getNumElements();
}

SmallVector<Value> LogSumExpOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  return {logSumExp(b, operands[0], Groups(getX(), shapeOf(getResult()).back()), shapeOf(getResult()))};
}

LogicalResult LogSumExpGradOp::verify() { // C1
  if (failed(expectRank(*this, "x", getX(), 3)) || failed(verifyGroups(*this, "lse", getLse(), getX())) ||
      failed(expectLike(*this, "dout", getDout(), getLse())))
    return failure();
  return expectType(*this, "the result", getDx(), shapeOf(getX()), wideTypeOf(getX()));
}

ShardingRule LogSumExpGradOp::getShardingRule() {
  return ShardingRule::parse("b t r, b t (r v), b t r -> b t (r v)").whole("v").linearIn({0});
}

int64_t LogSumExpGradOp::getFlops() {
  return 3 * tensorType(getX()).getNumElements();
}

SmallVector<Value> LogSumExpGradOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  Groups groups(getX(), shapeOf(getLse()).back());
  Value x = groups.split(b, operands[1]);
  std::string all = groups.all(), column = groups.column();
  Value dx = generic(b, all + ": " + column + ", " + all + ", " + column + " -> " + all, {operands[0], x, operands[2]},
                     empty(b, shapeOf(x), wideTypeOf(x)),
                     [](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
                       // Where x is minus infinity, so may be lse, and their difference is no number.
                       Scalar share =
                           select(equals(args[1], minusInfinity), args[1].literal(0.0), exp(args[1] - args[2]));
                       return {share * args[0]};
                     })
                 .front();
  return {groups.join(b, dx)};
}

//=== ------------------------------------------------------------------------------------------===//
// pick
//=== ------------------------------------------------------------------------------------------===//

/// The first scalar where the class of the third loop is `index`, zero elsewhere.
static Scalar whereClass(ImplicitLocOpBuilder &body, Scalar x, Value index) {
  return select(compare(body, arith::CmpIPredicate::eq, index, loopIndex(body, 2)), x, x.literal(0.0));
}

static Value pick(ImplicitLocOpBuilder &b, Value x, Value indices) {
  return generic(b, "b t v: b t v, b t -> b t 0", {x, indices}, filled(b, columnType(x).getShape(), wideTypeOf(x), 0.0),
                 [](ImplicitLocOpBuilder &body, ArrayRef<Scalar> args) -> SmallVector<Value> {
                   return {args[2] + whereClass(body, args[0], args[1])};
                 })
      .front();
}

LogicalResult PickOp::verify() {
  if (failed(expectRank(*this, "x", getX(), 3))) // C1
    return failure();
  ArrayRef<int64_t> rows = shapeOf(getX()).take_front(2);
  if (failed(expectType(*this, "the indices", getIndices(), rows, elementTypeOf(getIndices())))) // C2
    return failure();
  return expectType(*this, "the result", getResult(), append(rows, {1}), wideTypeOf(getX())); // C2
}

ShardingRule PickOp::getShardingRule() {
  return ShardingRule::parse("b t v, b t -> b t 1").linearIn({0});
}

SmallVector<Value> PickOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  if (!cotangents[0])
    return {Value(), Value()};
  return {PickGradOp::create(b, getLoc(), wideTensorType(getX()), cotangents[0], getIndices()), Value()};
}

int64_t PickOp::getFlops() {
  return tensorType(getResult()).getNumElements();
}

SmallVector<Value> PickOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  return {pick(b, operands[0], operands[1])};
}

LogicalResult PickGradOp::verify() { // C1
  if (failed(expectRank(*this, "the result", getDx(), 3)))
    return failure();
  ArrayRef<int64_t> rows = shapeOf(getDx()).take_front(2);
  if (failed(expectType(*this, "dout", getDout(), append(rows, {1}), elementTypeOf(getDx()))))
    return failure();
  return expectType(*this, "the indices", getIndices(), rows, elementTypeOf(getIndices()));
}

ShardingRule PickGradOp::getShardingRule() {
  return ShardingRule::parse("b t 1, b t -> b t v").linearIn({0});
}

int64_t PickGradOp::getFlops() {
  return tensorType(getDx()).getNumElements();
}

SmallVector<Value> PickGradOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  return generic(b, "b t v: b t 0, b t -> b t v", operands, emptyLike(b, getDx()),
                 [](ImplicitLocOpBuilder &body, ArrayRef<Scalar> args) -> SmallVector<Value> {
                   return {whereClass(body, args[0], args[1])};
                 });
}

//=== ------------------------------------------------------------------------------------------===//
// The meaning of cross_entropy, out of the same pieces
//=== ------------------------------------------------------------------------------------------===//

SmallVector<Value> CrossEntropyOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  Value logits = operands[0], targets = operands[1];
  Type element = wideTypeOf(logits);
  Value lse = logSumExp(b, logits, Groups(logits, 1), columnType(logits).getShape());
  Value sum = generic(b, "b t o: b t o, b t o -> ", {lse, pick(b, logits, targets)}, filled(b, {}, element, 0.0),
                      [](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
                        return {args[2] + (args[0] - args[1])};
                      })
                  .front();
  return {sum, countNonNegative(b, targets, element)};
}
