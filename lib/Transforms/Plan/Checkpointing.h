//===- Checkpointing.h - Which activations are kept for the backward pass ----------------------===//
#ifndef SHARDC_LIB_TRANSFORMS_PLAN_CHECKPOINTING_H
#define SHARDC_LIB_TRANSFORMS_PLAN_CHECKPOINTING_H

#include "ModuleTree.h"
#include "shardc/Dialect/Dist/Dist.h"

namespace shardc {

/// Which elements of lists are recomputed in the backward pass, and what of them is kept: their operands always, and
/// the operands and results of their modules where each module is recomputed by itself.
struct Checkpointing {
  explicit Checkpointing(dist::ActivationCheckpointing setting)
      : kind(setting.kind), every(setting.kind == dist::ActivationCheckpointing::Every ? setting.every : 1) {}

  dist::ActivationCheckpointing::Kind kind;
  /// The elements whose place in their list, from 1, is a multiple of this.
  int64_t every;

  bool covers(const ModuleNode &element) const {
    return kind != dist::ActivationCheckpointing::None && (element.index + 1) % every == 0;
  }
  /// Returns true if `value`, of the forward block of an element that is covered, is kept: a tensor of floats that one
  /// of its modules takes or returns.
  bool keeps(mlir::Value value) const;
  /// Emits an error if no element of the model is covered though some are to be.
  mlir::LogicalResult verify(ModuleNode &root) const;
};

} // namespace shardc

#endif // SHARDC_LIB_TRANSFORMS_PLAN_CHECKPOINTING_H
