//===- UnitPlan.h - When the parameters of each unit are gathered ------------------------------===//
//
// Reads a flat micro batch. A stint is the run of one unit through the forward or the backward pass, from the first to
// the last task that takes one of its parameters. Positions are those of operations in the function's list.
//
//=== ------------------------------------------------------------------------------------------===//
#ifndef SHARDC_LIB_TRANSFORMS_SCHEDULE_UNITPLAN_H
#define SHARDC_LIB_TRANSFORMS_SCHEDULE_UNITPLAN_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "shardc/Dialect/Exec/Exec.h"
#include "llvm/ADT/MapVector.h"

namespace shardc {

struct UnitOptions {
  int64_t forwardPrefetch = 1, backwardPrefetch = 1; ///< units gathered ahead
};

/// The step of a parameter's chain between two of its stages, or of its gradient's way to the accumulator, as one
/// collective.
struct ChainStep {
  llvm::SmallVector<mlir::StringAttr> axes; ///< gathered, or scattered; empty where the shard is the whole
  int64_t dim = -1;                         ///< the dimension that they shard
  bool casts = false;                       ///< from one element type to another, before a gather and after a scatter

  /// Returns true if the one is the other.
  bool isNothing() const { return axes.empty() && !casts; }
};

/// One group of gathers that is issued before the operation at `position`.
struct UnitGather {
  mlir::StringAttr unit;
  unsigned position = 0;
  bool isBackward = false;
  llvm::SmallVector<dist::UnshardOp> unshards;
};

struct UnitPlan {
  llvm::SmallVector<mlir::Operation *> ops; ///< of the function, in order
  unsigned backwardStart = 0;               ///< position where the backward pass begins; their number if there is none
  llvm::SmallVector<UnitGather> gathers;    ///< in order of issue
  /// Of unshards, from stored to computed, and of accumulates, from the accumulator to the gradient.
  llvm::DenseMap<mlir::Operation *, ChainStep> steps;
  /// The operation after which the gradients of a unit are complete.
  llvm::DenseMap<mlir::Operation *, mlir::StringAttr> reductions;
};

/// Returns the parameter of an unshard or accumulate.
dist::ParameterOp parameterOf(mlir::SymbolTable &symbols, mlir::Operation *op);

/// Returns the axes along which a parameter's accumulator is P once gradients were scattered, in mesh order: their sum
/// is taken once a step.
llvm::SmallVector<mlir::StringAttr> replicaAxes(dist::ParameterOp parameter);

/// Plans the gathers and reductions of `function`; emits an error at what it does not take.
mlir::FailureOr<UnitPlan> planUnits(mlir::func::FuncOp function, mlir::SymbolTable &symbols,
                                    const UnitOptions &options);

} // namespace shardc

#endif // SHARDC_LIB_TRANSFORMS_SCHEDULE_UNITPLAN_H
