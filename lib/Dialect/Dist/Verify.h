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

} // namespace shardc::dist

#endif // SHARDC_LIB_DIALECT_DIST_VERIFY_H
