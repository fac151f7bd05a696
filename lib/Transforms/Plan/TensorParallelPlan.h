//===- TensorParallelPlan.h - Styles by module pattern -----------------------------------------===//
//
// A plan maps patterns of dotted module names (`*` is one component) to styles. What a style does to a parameter is
// read from the rule of the operation that uses it, so that no style knows a module class.
//
//=== ------------------------------------------------------------------------------------------===//
#ifndef SHARDC_LIB_TRANSFORMS_PLAN_TENSORPARALLELPLAN_H
#define SHARDC_LIB_TRANSFORMS_PLAN_TENSORPARALLELPLAN_H

#include "ModuleTree.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>

namespace shardc {

/// How the values at a module's border lie along the tensor-parallel axis. Reduced values are whole, or, under sequence
/// parallelism, split like Sequence: by dimension 1 of [batch, sequence, ...].
enum class Border { AsIs, Whole, Sequence, Reduced };

/// What a style asks of a module along the tensor-parallel axis.
struct Style {
  enum Shard { None, Output, Contracted };
  llvm::StringRef name;
  /// The factor that the parameters are sharded on: the one that comes out, or the one that is contracted.
  Shard shard;
  Border operands, results;
};

class TensorParallelPlan {
public:
  struct Options {
    /// Tensor-parallel ranks.
    int64_t ranks = 1;
    /// Whether activations are split by their sequence between the modules of the plan.
    bool sequenceParallel = false;
  };

  /// Reads `dist.tp_plan` of the module and matches it against the tree. Emits an error for an unknown style, a pattern
  /// that matches no module, two patterns that give one module different styles, a style that no parameter of its
  /// module has a factor for, and values that are to be split by their sequence and cannot be.
  static mlir::FailureOr<TensorParallelPlan> match(mlir::ModuleOp module, ModuleNode &root, const Options &options);

  /// Returns the style of a module, or null.
  const Style *styleOf(const ModuleNode &node) const;
  /// Returns the dimension of parameter `name` of `node` that its style shards, or -1; with one rank none is.
  int64_t shardedDim(ModuleNode &node, llvm::StringRef name) const;
  /// Returns where the operands and the results of a module must lie, never Reduced. Under sequence parallelism a
  /// module without a style that makes activations of integers does so for its part of the sequence.
  Border operandsOf(ModuleNode &node) const;
  Border resultsOf(ModuleNode &node) const;
  /// Returns whether the results of `op`, an operation of `node`, are sums over ranks because the style shards a factor
  /// that it contracts.
  bool isContraction(ModuleNode &node, mlir::Operation *op) const;
  /// Returns whether a value begins with the batch and the sequence of the model's tokens.
  bool hasSequence(mlir::Value value) const;
  /// Returns what collectives at the module's border say they are for: its name and the style.
  std::string causeOf(ModuleNode &node) const;

private:
  struct Match {
    const Style *style;
    mlir::Location loc;
    std::string pattern;
  };
  explicit TensorParallelPlan(const Options &options) : options(options) {}

  bool beginsActivations(ModuleNode &node) const;
  Border resolve(Border border) const;
  /// Returns where the rule that gave a module its style stands, or else the module.
  mlir::Location locationOf(ModuleNode &node) const;
  /// Checks that each style with a sharded factor finds one, the same for all uses of a parameter.
  mlir::LogicalResult checkApplicable(ModuleNode &root) const;
  mlir::LogicalResult checkApplicable(ModuleNode &node, const Style &style) const;
  /// Checks that what is split by its sequence has one, and that the ranks divide it.
  mlir::LogicalResult checkSequences(ModuleNode &root) const;
  mlir::LogicalResult checkSequence(ModuleNode &node, mlir::ValueRange values, llvm::StringRef what) const;

  Options options;
  /// Type of the root's tokens, [batch, sequence]; null where it does not take any, which is an error elsewhere.
  mlir::RankedTensorType tokens;
  llvm::DenseMap<const ModuleNode *, Match> matches;
};

} // namespace shardc

#endif // SHARDC_LIB_TRANSFORMS_PLAN_TENSORPARALLELPLAN_H
