//===- ModuleInterfaces.h - How passes see a tree of modules -----------------------------------===//
#ifndef SHARDC_INTERFACES_MODULEINTERFACES_H
#define SHARDC_INTERFACES_MODULEINTERFACES_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include <optional>
#include <string>
#include <utility>

namespace shardc {

/// Where a parameter lies in a checkpoint's tensor that holds several: from `at` on along dimension `dim`, of size
/// `size`.
struct TensorPart {
  std::string tensor;
  int64_t dim, at, size;
};

/// The inputs of a model that shard-run fills: integers [batch, sequence] from its token file. It fills no others.
inline constexpr llvm::StringLiteral tokenInputs[] = {"tokens", "targets", "positions"};

} // namespace shardc

#include "shardc/Interfaces/ModuleAttrInterfaces.h.inc"
#include "shardc/Interfaces/ModuleInterfaces.h.inc"

namespace shardc {

/// Returns what a module says of its model, or null.
ModelAttrInterface modelOf(mlir::ModuleOp module);
/// The same, or an error at `loc`.
mlir::FailureOr<ModelAttrInterface> requireModel(mlir::ModuleOp module, mlir::Location loc);

} // namespace shardc

#endif // SHARDC_INTERFACES_MODULEINTERFACES_H
