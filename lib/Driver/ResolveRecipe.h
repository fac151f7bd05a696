//===- ResolveRecipe.h - What settings mean together -------------------------------------------===//
#ifndef SHARDC_LIB_DRIVER_RESOLVERECIPE_H
#define SHARDC_LIB_DRIVER_RESOLVERECIPE_H

#include "shardc/Driver/Recipe.h"

namespace shardc {

/// Fills in what settings say of one another: the mesh, the batch, the types. What contradicts is an error at the
/// setting.
mlir::LogicalResult resolveRecipe(Recipe &recipe, llvm::StringRef target);

} // namespace shardc

#endif // SHARDC_LIB_DRIVER_RESOLVERECIPE_H
