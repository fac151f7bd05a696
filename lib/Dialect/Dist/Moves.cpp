//===- Moves.cpp - Changes of placement that keep the shape: vary, unify, all_reduce, keep_first -===//
#include "Moves.h"
#include "Rank.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::dist;

//===- What the verifiers share ----------------------------------------------------------------===//

MeshOp dist::verifyMove(Operation *op, ArrayAttr axes) {
  MeshOp mesh = requireMesh(op);
  if (!mesh)
    return {};
  if (axes.empty()) {
    op->emitOpError("must name an axis");
    return {};
  }
  if (failed(verifyAxes(op, mesh, axesOf(axes))) ||
      failed(verifyAxes(op, mesh, Placement::of(op->getOperand(0).getType()))) ||
      failed(verifyAxes(op, mesh, Placement::of(op->getResult(0).getType()))))
    return {};
  return mesh;
}

LogicalResult dist::verifyKinds(Operation *op, StringRef name, Type type, ArrayAttr axes,
                                ArrayRef<Placement::Kind> kinds) {
  Placement placement = Placement::of(type);
  for (StringAttr axis : axesOf(axes)) {
    Placement::Kind kind = placement.kind(axis);
    if (!llvm::is_contained(kinds, kind)) {
      InFlightDiagnostic diag = op->emitOpError(name) << " is " << letter(kind) << " on " << axis << " and must be ";
      llvm::interleave(kinds, [&](Placement::Kind allowed) { diag << letter(allowed); }, [&] { diag << " or "; });
      return diag;
    }
    if (kind != kindOn(type, axes))
      return op->emitOpError(name) << " is " << letter(kind) << " on " << axis << " and must be "
                                   << letter(kindOn(type, axes)) << " as it is on " << axes[0];
  }
  return success();
}

/// Checks that the placement along the axes changes from one of `from` to `to`, and that nothing else does.
template <typename MoveOp>
static LogicalResult verifyChange(MoveOp op, ArrayRef<Placement::Kind> from, Placement::Kind to) {
  auto x = cast<RankedTensorType>(op.getX().getType());
  if (!verifyMove(op, op.getAxes()) || failed(verifyKinds(op, "operand", x, op.getAxes(), from)) ||
      failed(verifyKinds(op, "result", op.getType(), op.getAxes(), to)))
    return failure();
  Placement placement = Placement::of(x);
  for (StringAttr axis : axesOf(op.getAxes()))
    placement.set(axis, to);
  RankedTensorType expected = withPlacement(x, placement);
  if (op.getType() != expected)
    return op.emitOpError("result must be ") << expected << ", got " << op.getType();
  return success();
}

//===- Vary, unify, all_reduce -----------------------------------------------------------------===//

LogicalResult VaryOp::verify() {
  return verifyChange(*this, Placement::R, Placement::C);
} // C1

SmallVector<Value> VaryOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  return buildDual<AllReduceOp>(*this, b, cotangents, getAxesAttr());
}

LogicalResult UnifyOp::verify() {
  return verifyChange(*this, Placement::C, Placement::R);
} // C1

SmallVector<Value> UnifyOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  return buildDual<KeepFirstOp>(*this, b, cotangents, getAxesAttr());
}

LogicalResult AllReduceOp::verify() {
  return verifyChange(*this, Placement::P, Placement::R);
} // C1

SmallVector<Value> AllReduceOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  return buildDual<VaryOp>(*this, b, cotangents, getAxesAttr());
}

//===- Keep_first ------------------------------------------------------------------------------===//

LogicalResult KeepFirstOp::verify() {
  return verifyChange(*this, {Placement::R, Placement::C}, Placement::P);
} // C1

SmallVector<Value> KeepFirstOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  if (kindOn(getX().getType(), getAxes()) == Placement::R)
    return buildDual<UnifyOp>(*this, b, cotangents, getAxesAttr());
  return buildDual<KeepFirstOp>(*this, b, cotangents, getAxesAttr());
}

SmallVector<Value> KeepFirstOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  Value coordinate = CoordinateOp::create(b, b.getIndexType(), getAxesAttr());
  return {buildPointwise(b, withoutEncoding(getType()), operands, [&](ArrayRef<Value> x) -> Value {
    Value first = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, coordinate, arith::ConstantIndexOp::create(b, 0));
    return arith::SelectOp::create(b, first, x[0], buildZero(b, x[0].getType()));
  })};
}
