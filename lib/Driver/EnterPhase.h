//===- EnterPhase.h - What text must bring to go on from its phase -----------------------------===//
#ifndef SHARDC_LIB_DRIVER_ENTERPHASE_H
#define SHARDC_LIB_DRIVER_ENTERPHASE_H

#include "shardc/Driver/Recipe.h"
#include "shardc/Pipelines/Pipelines.h"

namespace shardc {

/// Fails with an error at `loc` if a module of a phase lacks what later phases need.
mlir::LogicalResult checkCarried(mlir::ModuleOp module, Phase phase, mlir::Location loc);

/// Fails with an error if the command line asks for another target than a module of this phase has been made for.
mlir::LogicalResult checkTarget(const Options::Target &asked, mlir::ModuleOp module, Phase phase);

/// Fails with an error if a recipe asks for another value than `carried` of what a module of this phase has been made
/// with.
mlir::LogicalResult checkNotTooLate(const Recipe &recipe, const dist::Settings &carried, Phase phase);

} // namespace shardc

#endif // SHARDC_LIB_DRIVER_ENTERPHASE_H
