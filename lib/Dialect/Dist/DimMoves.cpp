//===- DimMoves.cpp - Changes of placement that change the shape: gathers, scatters, slices, all_to_all -===//
//
// All of them relate a sharded type to a whole one, which lacks the move's axes on its dimension: an all-gather and a
// pad go from the sharded to the whole, a reduce-scatter and a slice back. So they share one verifier.
//
//=== ------------------------------------------------------------------------------------------===//
#include "Moves.h"
#include "Rank.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::dist;

//===- What the verifiers share ----------------------------------------------------------------===//

namespace {
/// One side of a move, as its diagnostics call it.
struct Side {
  StringRef name;
  RankedTensorType type;
};
} // namespace

template <typename MoveOp> static Side operandOf(MoveOp op) {
  return {"operand", cast<RankedTensorType>(op.getX().getType())};
}

template <typename MoveOp> static Side resultOf(MoveOp op) {
  return {"result", cast<RankedTensorType>(op.getType())};
}

/// Checks that `axes` are the minor ones of dimension `dim` of `side`, in order.
static LogicalResult verifyMinorAxes(Operation *op, const Side &side, ArrayRef<StringAttr> axes, uint64_t dim) {
  if (dim >= static_cast<uint64_t>(side.type.getRank()))
    return op->emitOpError("dimension must be below ") << side.type.getRank() << ", got " << dim;
  Placement placement = Placement::of(side.type);
  ArrayRef<StringAttr> all = placement.dims[dim];
  if (all.size() >= axes.size() && all.take_back(axes.size()) == axes)
    return success();
  InFlightDiagnostic diag = op->emitOpError("axes must be the minor ones of dimension ")
                            << dim << " of the " << side.name << ", [";
  llvm::interleaveComma(all, diag);
  return diag << ']';
}

/// Returns the local size of `dim` that `placement` asks for.
static int64_t expectedSize(const Placement &placement, int64_t dim, MeshOp mesh) {
  SmallVector<int64_t> sizes;
  for (StringAttr axis : placement.dims[dim])
    sizes.push_back(mesh.getAxisSize(axis).value_or(1));
  return localSize(placement.sizes[dim], sizes);
}

static LogicalResult verifySize(Operation *op, const Side &side, int64_t dim, int64_t expected) {
  if (side.type.getDimSize(dim) == expected)
    return success();
  return op->emitOpError(side.name) << " must have size " << expected << " in dimension " << dim << ", got "
                                    << side.type.getDimSize(dim);
}

/// Checks that gathering `sharded` over the move's axes gives `whole`, which is in one of `kinds` on them.
template <typename MoveOp>
static LogicalResult verifyGather(MoveOp op, const Side &sharded, const Side &whole, ArrayRef<Placement::Kind> kinds) {
  int64_t dim = op.getDim();
  MeshOp mesh = verifyMove(op, op.getAxes());
  if (!mesh || failed(verifyMinorAxes(op, sharded, axesOf(op.getAxes()), dim)) || // C1
      failed(verifyKinds(op, whole.name, whole.type, op.getAxes(), kinds)))       // C1
    return failure();
  if (sharded.type.getRank() != whole.type.getRank() ||
      sharded.type.getElementType() != whole.type.getElementType()) // C3
    return op.emitOpError("operand and result must have one rank and element type");
  Placement placement = Placement::of(sharded.type);
  int64_t extent = placement.sizes[dim];
  if (failed(verifySize(op, sharded, dim, expectedSize(placement, dim, mesh)))) // C2
    return failure();
  for (StringAttr axis : axesOf(op.getAxes()))
    placement.set(axis, kindOn(whole.type, op.getAxes()));
  bool stillSharded = !placement.dims[dim].empty();
  int64_t size = stillSharded ? expectedSize(placement, dim, mesh) : extent;
  if (failed(verifySize(op, whole, dim, size))) // C2
    return failure();
  SmallVector<int64_t> shape(sharded.type.getShape());
  shape[dim] = size;
  RankedTensorType expected = withPlacement(RankedTensorType::get(shape, sharded.type.getElementType()), placement);
  if (whole.type != expected) // C3
    return op.emitOpError(whole.name) << " must be " << expected << ", got " << whole.type;
  return success();
}

//===- All_gather and reduce_scatter -----------------------------------------------------------===//

LogicalResult AllGatherOp::verify() {
  return verifyGather(*this, operandOf(*this), resultOf(*this), {Placement::R, Placement::C});
}

SmallVector<Value> AllGatherOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  if (kindOn(getType(), getAxes()) == Placement::R)
    return buildDual<SliceOp>(*this, b, cotangents, getAxesAttr(), getDimAttr());
  return buildDual<ReduceScatterOp>(*this, b, cotangents, getAxesAttr(), getDimAttr());
}

LogicalResult ReduceScatterOp::verify() {
  return verifyGather(*this, resultOf(*this), operandOf(*this), Placement::P);
}

SmallVector<Value> ReduceScatterOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  return buildDual<AllGatherOp>(*this, b, cotangents, getAxesAttr(), getDimAttr());
}

//===- Slice and pad ---------------------------------------------------------------------------===//

LogicalResult SliceOp::verify() {
  return verifyGather(*this, resultOf(*this), operandOf(*this), {Placement::R, Placement::C});
}

SmallVector<Value> SliceOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  if (kindOn(getX().getType(), getAxes()) == Placement::R)
    return buildDual<AllGatherOp>(*this, b, cotangents, getAxesAttr(), getDimAttr());
  return buildDual<PadOp>(*this, b, cotangents, getAxesAttr(), getDimAttr());
}

SmallVector<Value> SliceOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  int64_t dim = getDim(), whole = operandOf(*this).type.getDimSize(dim);
  RankedTensorType type = withoutEncoding(getType());
  Chunking chunking(b, meshOf(*this), whole, axesOf(getAxes()));
  bool padded = type.getDimSize(dim) * meshOf(*this).getGroupSize(axesOf(getAxes())) != whole;
  return {buildPointwise(b, type, {}, [&](ArrayRef<Value>) {
    Chunk chunk = chunking.build(b);
    Value local = linalg::IndexOp::create(b, dim);
    Value index = arith::AddIOp::create(b, chunk.offset, local);
    return buildExtract(b, operands[0], dim, index, padded ? buildInside(b, local, chunk.valid) : Value());
  })};
}

LogicalResult PadOp::verify() {
  return verifyGather(*this, operandOf(*this), resultOf(*this), Placement::P);
}

SmallVector<Value> PadOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  return buildDual<SliceOp>(*this, b, cotangents, getAxesAttr(), getDimAttr());
}

SmallVector<Value> PadOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  int64_t dim = getDim();
  RankedTensorType type = withoutEncoding(getType());
  Chunking chunking(b, meshOf(*this), type.getDimSize(dim), axesOf(getAxes()));
  return {buildPointwise(b, type, {}, [&](ArrayRef<Value>) {
    Chunk chunk = chunking.build(b);
    Value local = arith::SubIOp::create(b, linalg::IndexOp::create(b, dim), chunk.offset);
    return buildExtract(b, operands[0], dim, local, buildInside(b, local, chunk.valid));
  })};
}

//===- All_to_all ------------------------------------------------------------------------------===//

LogicalResult AllToAllOp::verify() { // C1
  Side operand = operandOf(*this), result = resultOf(*this);
  int64_t from = getFrom(), to = getTo();
  MeshOp mesh = verifyMove(*this, getAxes());
  if (!mesh || failed(verifyMinorAxes(*this, operand, axesOf(getAxes()), from)))
    return failure();
  if (from == to || to >= operand.type.getRank())
    return emitOpError("must go to another dimension of the operand, got ") << to;
  int64_t group = mesh.getGroupSize(axesOf(getAxes()));
  if (isPadded(operand.type, from, mesh))
    return emitOpError("size of dimension ") << from << " must divide, got " << Placement::of(operand.type).sizes[from];
  if (operand.type.getDimSize(to) % group != 0 || isPadded(operand.type, to, mesh))
    return emitOpError("size of dimension ")
           << to << " must be a multiple of " << group << ", got " << operand.type.getDimSize(to);
  Placement placement = Placement::of(operand.type);
  SmallVector<int64_t> shape(operand.type.getShape());
  int64_t size = globalShape(operand.type)[to];
  for (StringAttr axis : axesOf(getAxes()))
    placement.shard(axis, to, size);
  shape[from] *= group;
  shape[to] /= group;
  RankedTensorType expected = withPlacement(RankedTensorType::get(shape, operand.type.getElementType()), placement);
  if (result.type != expected)
    return emitOpError("result must be ") << expected << ", got " << result.type;
  return success();
}

SmallVector<Value> AllToAllOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  return buildDual<AllToAllOp>(*this, b, cotangents, getAxesAttr(), getToAttr(), getFromAttr());
}
