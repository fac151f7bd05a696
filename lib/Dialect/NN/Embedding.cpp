//===- Embedding.cpp - nn.embedding and its table's gradient -----------------------------------===//
#include "Lowering.h"
#include "Verify.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::nn;

//=== ------------------------------------------------------------------------------------------===//
// embedding
//=== ------------------------------------------------------------------------------------------===//

LogicalResult EmbeddingOp::verify() {
  if (failed(expectRank(*this, "the table", getTable(), 2))) // C1
    return failure();
  if (getGradIndices() && shapeOf(getGradIndices()) != shapeOf(getIndices())) // C3
    return emitOpError("expected indices of gradients of the shape of ")
           << getIndices().getType() << ", got " << getGradIndices().getType();
  return expectType(*this, "the result", getResult(), append(shapeOf(getIndices()), {shapeOf(getTable())[1]}), // C2
                    elementTypeOf(getTable()));
}

ShardingRule EmbeddingOp::getShardingRule() {
  std::string rows = leadingNames(rankOf(getIndices()));
  std::string grad = getGradIndices() ? ", " + rows : std::string();
  return ShardingRule::parse(rows + ", v d " + grad + "-> " + rows + "d").custom("v").linearIn({1});
}

SmallVector<Value> EmbeddingOp::buildSharded(ShardedBuilder &builder, ValueRange operands) {
  Value indices = builder.localIndex(operands[0], "v");
  auto type = RankedTensorType::get(append(shapeOf(indices), {shapeOf(operands[1])[1]}), elementTypeOf(operands[1]));
  Value gradIndices = operands.size() > 2 ? builder.localIndex(operands[2], "v") : Value();
  ValueRange results =
      builder.place(EmbeddingOp::create(builder.builder, builder.loc, type, indices, operands[1], gradIndices));
  return llvm::to_vector_of<Value>(results);
}

SmallVector<Value> EmbeddingOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  SmallVector<Value> gradients(getNumOperands());
  if (cotangents[0])
    gradients[1] = EmbeddingGradOp::create(b, getLoc(), wideTensorType(getTable()), cotangents[0],
                                           getGradIndices() ? getGradIndices() : getIndices());
  return gradients;
}

int64_t EmbeddingOp::getFlops() {
  return 0;
}

SmallVector<Value> EmbeddingOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  Value table = operands[1];
  int64_t rank = rankOf(getIndices());
  std::string rows = leadingNames(rank);
  auto lookUp = [&](ImplicitLocOpBuilder &body, ArrayRef<Scalar> args) -> SmallVector<Value> {
    Value zero = integer(body, 0);
    Value row = arith::MaxSIOp::create(body, args[0], zero);
    SmallVector<Value> position = {arith::IndexCastOp::create(body, body.getIndexType(), row),
                                   linalg::IndexOp::create(body, rank)};
    Scalar element(body, tensor::ExtractOp::create(body, table, position));
    return {select(compare(body, arith::CmpIPredicate::sge, args[0], zero), element, element.literal(0.0))};
  };
  return generic(b, rows + "d: " + rows + "-> " + rows + "d", operands[0], emptyLike(b, getResult()), lookUp);
}

//=== ------------------------------------------------------------------------------------------===//
// mask_index
//=== ------------------------------------------------------------------------------------------===//

ShardingRule MaskIndexOp::getShardingRule() {
  std::string rows = leadingNames(rankOf(getIndices()));
  return ShardingRule::parse(rows + "-> " + rows);
}

SmallVector<Value> MaskIndexOp::buildVJP(OpBuilder &, ValueRange) {
  return {Value()};
}

int64_t MaskIndexOp::getFlops() {
  return 0;
}

SmallVector<Value> MaskIndexOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  auto mask = [&](ImplicitLocOpBuilder &body, ArrayRef<Scalar> args) -> SmallVector<Value> {
    Value masked = compare(body, arith::CmpIPredicate::eq, args[0], integer(body, getIndex()));
    return {select(masked, Scalar(body, integer(body, -1)), args[0])};
  };
  return pointwise(b, getResult(), operands, mask);
}

//=== ------------------------------------------------------------------------------------------===//
// embedding_grad
//=== ------------------------------------------------------------------------------------------===//

LogicalResult EmbeddingGradOp::verify() {
  if (failed(expectRank(*this, "the result", getDtable(), 2)))
    return failure();
  SmallVector<int64_t> looked = append(shapeOf(getIndices()), {shapeOf(getDtable())[1]});
  if (failed(expectType(*this, "dout", getDout(), looked, elementTypeOf(getDout())))) // C1
    return failure();
  return expectType(*this, "the result", getDtable(), shapeOf(getDtable()), wideTypeOf(getDout())); // C1
}

ShardingRule EmbeddingGradOp::getShardingRule() {
  std::string rows = leadingNames(rankOf(getIndices()));
  return ShardingRule::parse(rows + "d, " + rows + "-> v d").linearIn({0});
}

int64_t EmbeddingGradOp::getFlops() {
  return tensorType(getDout()).getNumElements();
}

unsigned EmbeddingGradOp::getNumRowDims() {
  return 0;
}

SmallVector<Value> EmbeddingGradOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  std::string rows = leadingNames(rankOf(getIndices()));
  Value sum = filled(b, shapeOf(getDtable()), elementTypeOf(getDtable()), 0.0);
  auto addWhereEqual = [&](ImplicitLocOpBuilder &body, ArrayRef<Scalar> args) -> SmallVector<Value> {
    Value hit = compare(body, arith::CmpIPredicate::eq, args[1], loopIndex(body, 0));
    return {args[2] + select(hit, args[0], args[0].literal(0.0))};
  };
  return generic(b, "v d " + rows + ": " + rows + "d, " + rows + "-> v d", operands, sum, addWhereEqual);
}

std::optional<LibraryCall> EmbeddingGradOp::getLibraryCall(Target target) {
  LibraryCall call{SHARDC_RUNTIME_FN(shardrt_embedding_grad, getContext())};
  ArrayRef<int64_t> table = shapeOf(getDtable());
  call.integers = {tensorType(getIndices()).getNumElements(), table[0], table[1], dtypeOf(elementTypeOf(getDout()))};
  return call;
}
