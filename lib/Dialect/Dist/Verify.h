//===- Verify.h - What the verifiers of dist share ---------------------------------------------===//
#ifndef SHARDC_LIB_DIALECT_DIST_VERIFY_H
#define SHARDC_LIB_DIALECT_DIST_VERIFY_H

#include "shardc/Dialect/Dist/Dist.h"

namespace shardc::dist {

/// Returns the mesh of the module that holds `op`, or null and emits an error.
MeshOp requireMesh(mlir::Operation *op);

/// Checks that `mesh` has all of `axes`, and each occurs once.
mlir::LogicalResult verifyAxes(mlir::Operation *op, MeshOp mesh, llvm::ArrayRef<mlir::StringAttr> axes);

/// Checks that `mesh` has all axes of `placement`.
mlir::LogicalResult verifyAxes(mlir::Operation *op, MeshOp mesh, const Placement &placement);

/// Returns what keeps gathers and varies from making a value in `to` out of one in `from`, empty where nothing does:
/// along each axis S stays S on the same dimension or becomes C, R stays R or becomes C, and C stays C. What stays of a
/// dimension's axes are the major ones, for the minor ones are gathered first.
std::string findObstacle(const Placement &from, const Placement &to, MeshOp mesh);

/// Returns what keeps sums over ranks from making a gradient in `to` out of one in `from`, empty where nothing does:
/// along each axis P stays P or becomes R or S, and S and R stay. What is scattered of a dimension's axes are the minor
/// ones.
std::string findSumObstacle(const Placement &from, const Placement &to, MeshOp mesh);

} // namespace shardc::dist

#endif // SHARDC_LIB_DIALECT_DIST_VERIFY_H
