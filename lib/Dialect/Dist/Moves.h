//===- Moves.h - What the changes of placement share -------------------------------------------===//
#ifndef SHARDC_LIB_DIALECT_DIST_MOVES_H
#define SHARDC_LIB_DIALECT_DIST_MOVES_H

#include "Verify.h"

namespace shardc::dist {

inline llvm::SmallVector<mlir::StringAttr> axesOf(mlir::ArrayAttr axes) {
  return llvm::to_vector(axes.getAsRange<mlir::StringAttr>());
}

/// Returns the placement along the first of the axes that a move goes over.
inline Placement::Kind kindOn(mlir::Type type, mlir::ArrayAttr axes) {
  return Placement::of(type).kind(llvm::cast<mlir::StringAttr>(axes[0]));
}

/// Checks that a move names axes, that the mesh has them and those of both placements; returns the mesh, or null.
MeshOp verifyMove(mlir::Operation *op, mlir::ArrayAttr axes);

/// Checks that the value called `name` is in one and the same of `kinds` on all axes.
mlir::LogicalResult verifyKinds(mlir::Operation *op, llvm::StringRef name, mlir::Type type, mlir::ArrayAttr axes,
                                llvm::ArrayRef<Placement::Kind> kinds);

/// Builds the dual of a move, whose operand is the cotangent of its result, of whatever element type; nothing flows
/// back where there is none.
template <typename DualOp, typename MoveOp, typename... Args>
llvm::SmallVector<mlir::Value> buildDual(MoveOp move, mlir::OpBuilder &b, mlir::ValueRange cotangents, Args... args) {
  if (!cotangents[0])
    return {mlir::Value()};
  mlir::RankedTensorType type =
      dualType(llvm::cast<mlir::RankedTensorType>(move.getX().getType()), mlir::getElementTypeOrSelf(cotangents[0]));
  std::string cause = (move.getCause() + " (backward)").str();
  return {DualOp::create(b, move.getLoc(), type, cotangents[0], args..., b.getStringAttr(cause))};
}

} // namespace shardc::dist

#endif // SHARDC_LIB_DIALECT_DIST_MOVES_H
