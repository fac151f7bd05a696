//===- Rope.cpp - nn.rope_table and nn.rope ----------------------------------------------------===//
#include "Lowering.h"
#include "Verify.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::nn;

//=== ------------------------------------------------------------------------------------------===//
// rope_table
//=== ------------------------------------------------------------------------------------------===//

LogicalResult RopeTableOp::verify() { // C1
  ShapedType frequencies = getFrequencies().getType();
  if (frequencies.getRank() != 1)
    return emitOpError("expected frequencies of rank 1, got ") << frequencies;
  SmallVector<int64_t> shape = append(shapeOf(getPositions()), {frequencies.getNumElements()});
  if (failed(expectType(*this, "the cosines", getCosines(), shape, elementTypeOf(getCosines()))))
    return failure();
  return expectType(*this, "the sines", getSines(), shape, elementTypeOf(getCosines()));
}

ShardingRule RopeTableOp::getShardingRule() {
  std::string rows = leadingNames(rankOf(getPositions()));
  return ShardingRule::parse(rows + "-> " + rows + "f, " + rows + "f").whole("f");
}

SmallVector<Value> RopeTableOp::buildVJP(OpBuilder &, ValueRange) {
  return {Value()};
}

int64_t RopeTableOp::getFlops() {
  return 3 * tensorType(getCosines()).getNumElements();
}

unsigned RopeTableOp::getNumRowDims() {
  return 0;
}

SmallVector<Value> RopeTableOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  std::string rows = leadingNames(rankOf(getPositions()));
  Type element = elementTypeOf(getCosines());
  Value frequencies = arith::ConstantOp::create(b, getFrequencies());
  auto round = [&](ImplicitLocOpBuilder &body, Value number) -> Value {
    return element.isF64() ? number : arith::TruncFOp::create(body, element, number).getResult();
  };
  auto turn = [&](ImplicitLocOpBuilder &body, ArrayRef<Scalar> args) -> SmallVector<Value> {
    Scalar position(body, arith::SIToFPOp::create(body, body.getF64Type(), args[0]));
    Scalar angle = position * args[1];
    return {round(body, math::CosOp::create(body, angle)), round(body, math::SinOp::create(body, angle))};
  };
  return generic(b, rows + "f: " + rows + ", f -> " + rows + "f, " + rows + "f", {operands[0], frequencies},
                 {emptyLike(b, getCosines()), emptyLike(b, getSines())}, turn);
}

std::optional<LibraryCall> RopeTableOp::getLibraryCall(Target target) {
  LibraryCall call{SHARDC_RUNTIME_FN(shardrt_rope_table, getContext())};
  call.constants = {getFrequencies()};
  call.integers = {tensorType(getPositions()).getNumElements(), getFrequencies().getNumElements(),
                   dtypeOf(elementTypeOf(getCosines()))};
  return call;
}

//=== ------------------------------------------------------------------------------------------===//
// rope
//=== ------------------------------------------------------------------------------------------===//

LogicalResult RopeOp::verify() {
  if (failed(expectRank(*this, "x", getX(), 4))) // C1
    return failure();
  int64_t size = shapeOf(getX()).back();
  if (size % 2 != 0) // C1
    return emitOpError("expected x with an even last size, got ") << size;
  SmallVector<int64_t> table = append(shapeOf(getX()).take_front(2), {size / 2});
  if (failed(expectType(*this, "the cosines", getCosines(), table, wideTypeOf(getX()))) || // C2
      failed(expectType(*this, "the sines", getSines(), table, wideTypeOf(getX()))))
    return failure();
  return expectLike(*this, "the result", getResult(), getX()); // C3
}

ShardingRule RopeOp::getShardingRule() {
  return ShardingRule::parse("b t h d, b t f, b t f -> b t h d").whole("d f").linearIn({0});
}

SmallVector<Value> RopeOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  if (!cotangents[0])
    return {Value(), Value(), Value()};
  Value dx = RopeOp::create(b, getLoc(), tensorType(getX()), cotangents[0], getCosines(), getSines(), !getInverse());
  return {dx, Value(), Value()};
}

int64_t RopeOp::getFlops() {
  return 3 * tensorType(getX()).getNumElements();
}

/// Each half of the result is a generic of its own, the second writing into the first's result. The halves are an index
/// of their own dimension, not an offset: the loop over a half must be fixed by no dimension of twice its size.
SmallVector<Value> RopeOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  ArrayRef<int64_t> shape = shapeOf(getX());
  Value x = splitDim(b, operands[0], 3, {2, shape[3] / 2});
  SmallVector<Value> inputs = {x, x, operands[1], operands[2]};
  Value result = empty(b, shapeOf(x), elementTypeOf(x));
  bool inverse = getInverse();
  result = generic(b, "b t h i: b t h 0 i, b t h 1 i, b t i, b t i -> b t h 0 i", inputs, result,
                   [&](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
                     Scalar low = args[0] * args[2], high = args[1] * args[3];
                     return {inverse ? low + high : low - high};
                   })
               .front();
  result = generic(b, "b t h i: b t h 0 i, b t h 1 i, b t i, b t i -> b t h 1 i", inputs, result,
                   [&](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
                     Scalar high = args[1] * args[2], low = args[0] * args[3];
                     return {inverse ? high - low : high + low};
                   })
               .front();
  return {joinDims(b, result, 3)};
}
