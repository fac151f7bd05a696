//===- Rank.cpp - Operations that depend on the rank: mask, local_index ------------------------===//
#include "Rank.h"
#include "Moves.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::dist;

//===- Loop nests ------------------------------------------------------------------------------===//

Chunking::Chunking(ImplicitLocOpBuilder &b, MeshOp mesh, int64_t size, ArrayRef<StringAttr> axes) : size(size) {
  for (StringAttr axis : axes) {
    axisSizes.push_back(mesh.getAxisSize(axis).value_or(1));
    coordinates.push_back(CoordinateOp::create(b, b.getIndexType(), b.getArrayAttr(axis)));
  }
}

/// Each axis cuts the padded extent of the one before into chunks; what is valid of a chunk is what is left of the
/// valid prefix:
///   offset += c * chunk;  valid = clamp(valid - c * chunk, 0, chunk)
/// As long as nothing is padded every chunk is valid as a whole.
Chunk Chunking::build(ImplicitLocOpBuilder &b) const {
  auto constant = [&](int64_t value) -> Value { return arith::ConstantIndexOp::create(b, value); };
  Chunk chunk{constant(0), constant(size)};
  bool padded = false;
  int64_t extent = size;
  for (auto [axisSize, coordinate] : llvm::zip_equal(axisSizes, coordinates)) {
    padded |= extent % axisSize != 0;
    extent = llvm::divideCeil(extent, axisSize);
    Value start = arith::MulIOp::create(b, coordinate, constant(extent));
    chunk.offset = arith::AddIOp::create(b, chunk.offset, start);
    if (!padded) {
      chunk.valid = constant(extent);
      continue;
    }
    Value left = arith::SubIOp::create(b, chunk.valid, start);
    chunk.valid = arith::MinSIOp::create(b, arith::MaxSIOp::create(b, left, constant(0)), constant(extent));
  }
  return chunk;
}

Value dist::buildPointwise(ImplicitLocOpBuilder &b, RankedTensorType type, ValueRange inputs, Payload payload) {
  int64_t rank = type.getRank();
  SmallVector<AffineMap> maps(inputs.size() + 1, b.getMultiDimIdentityMap(rank));
  SmallVector<utils::IteratorType> loops(rank, utils::IteratorType::parallel);
  Value empty = tensor::EmptyOp::create(b, type.getShape(), type.getElementType());
  auto body = [&](OpBuilder &nested, Location loc, ValueRange elements) {
    OpBuilder::InsertionGuard guard(b);
    b.restoreInsertionPoint(nested.saveInsertionPoint());
    linalg::YieldOp::create(b, payload(llvm::to_vector(elements.drop_back())));
  };
  return linalg::GenericOp::create(b, TypeRange(type), inputs, ValueRange(empty), maps, loops, body).getResult(0);
}

Value dist::buildExtract(ImplicitLocOpBuilder &b, Value x, int64_t dim, Value index, Value inside) {
  SmallVector<Value> indices;
  for (int64_t loop : llvm::seq<int64_t>(0, cast<RankedTensorType>(x.getType()).getRank()))
    indices.push_back(loop == dim ? index : linalg::IndexOp::create(b, loop));
  if (!inside)
    return tensor::ExtractOp::create(b, x, indices);
  // Reading outside the operand is undefined, even where the element is not used.
  indices[dim] = arith::SelectOp::create(b, inside, index, arith::ConstantIndexOp::create(b, 0));
  Value element = tensor::ExtractOp::create(b, x, indices);
  return arith::SelectOp::create(b, inside, element, buildZero(b, element.getType()));
}

Value dist::buildZero(ImplicitLocOpBuilder &b, Type type) {
  return arith::ConstantOp::create(b, b.getZeroAttr(type));
}

Value dist::buildInside(ImplicitLocOpBuilder &b, Value index, Value bound) {
  // As an unsigned number a negative index is beyond any bound.
  return arith::CmpIOp::create(b, arith::CmpIPredicate::ult, index, bound);
}

//===- Mask ------------------------------------------------------------------------------------===//

LogicalResult MaskOp::verify() {
  MeshOp mesh = requireMesh(*this);
  if (!mesh)
    return failure();
  Placement placement = Placement::of(getType());
  if (getDim() >= placement.dims.size() || placement.dims[getDim()].empty()) // C1
    return emitOpError("dimension ") << getDim() << " must be sharded, got " << getType();
  return verifyAxes(*this, mesh, placement);
}

SmallVector<Value> MaskOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  if (!cotangents[0])
    return {Value()};
  Type type = dualType(cast<RankedTensorType>(getType()), getElementTypeOrSelf(cotangents[0]));
  return {MaskOp::create(b, getLoc(), type, cotangents[0], getDimAttr(), b.getF64FloatAttr(0.0))};
}

SmallVector<Value> MaskOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  Placement placement = Placement::of(getType());
  Chunking chunking(b, meshOf(*this), placement.sizes[getDim()], placement.dims[getDim()]);
  return {buildPointwise(b, withoutEncoding(getType()), operands, [&](ArrayRef<Value> x) -> Value {
    Value index = linalg::IndexOp::create(b, getDim());
    Value inside = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, index, chunking.build(b).valid);
    Value neutral = arith::ConstantOp::create(b, FloatAttr::get(x[0].getType(), getNeutral().convertToDouble()));
    return arith::SelectOp::create(b, inside, x[0], neutral);
  })};
}

//===- Local_index -----------------------------------------------------------------------------===//

LogicalResult LocalIndexOp::verify() {
  return success(verifyMove(*this, getAxes()));
} // C1

SmallVector<Value> LocalIndexOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  Chunking chunking(b, meshOf(*this), getSize(), axesOf(getAxes()));
  return {buildPointwise(b, withoutEncoding(getType()), operands, [&](ArrayRef<Value> x) -> Value {
    Chunk chunk = chunking.build(b);
    Value global = arith::IndexCastOp::create(b, b.getIndexType(), x[0]);
    Value local = arith::SubIOp::create(b, global, chunk.offset);
    Value none = arith::ConstantIndexOp::create(b, -1);
    Value result = arith::SelectOp::create(b, buildInside(b, local, chunk.valid), local, none);
    return arith::IndexCastOp::create(b, x[0].getType(), result);
  })};
}
