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
  return expectType(*this, "the result", getResult(), append(shapeOf(getIndices()), {shapeOf(getTable())[1]}), // C2
                    elementTypeOf(getTable()));
}

ShardingRule EmbeddingOp::getShardingRule() {
  std::string rows = leadingNames(rankOf(getIndices()));
  return ShardingRule::parse(rows + ", v d -> " + rows + "d").custom("v").linearIn({1});
}

SmallVector<Value> EmbeddingOp::buildSharded(ShardedBuilder &builder, ValueRange operands) {
  Value indices = builder.localIndex(operands[0], "v");
  auto type = RankedTensorType::get(append(shapeOf(indices), {shapeOf(operands[1])[1]}), elementTypeOf(operands[1]));
  ValueRange results = builder.place(EmbeddingOp::create(builder.builder, builder.loc, type, indices, operands[1]));
  return llvm::to_vector_of<Value>(results);
}

SmallVector<Value> EmbeddingOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  if (!cotangents[0])
    return {Value(), Value()};
  return {Value(), EmbeddingGradOp::create(b, getLoc(), wideTensorType(getTable()), cotangents[0], getIndices())};
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
