//===- Groups.h - The groups of ranks that a program names -------------------------------------===//
#ifndef SHARDC_CONVERSION_HOST_GROUPS_H
#define SHARDC_CONVERSION_HOST_GROUPS_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SetVector.h"

namespace shardc::codegen {

/// The axes of collectives and coordinates, in order of first use; a group's index is its position.
class Groups {
public:
  explicit Groups(mlir::ModuleOp module);

  mlir::ArrayRef<mlir::ArrayAttr> getAll() const { return groups.getArrayRef(); }
  int64_t indexOf(mlir::ArrayAttr axes) const;

private:
  llvm::SetVector<mlir::ArrayAttr> groups;
};

} // namespace shardc::codegen

#endif // SHARDC_CONVERSION_HOST_GROUPS_H
