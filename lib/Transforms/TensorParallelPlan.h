//===- TensorParallelPlan.h - Styles by module pattern -----------------------------------------------------------------------------------===//
//
// A plan maps patterns of dotted module names (`*` is one component) to styles. What a style does to a parameter is read from
// the rule of the operation that uses it, so that no style knows a module class.
//
//===------------------------------------------------------------------------------------------------------------------------------===//
#ifndef SHARDC_LIB_TRANSFORMS_TENSORPARALLELPLAN_H
#define SHARDC_LIB_TRANSFORMS_TENSORPARALLELPLAN_H

#include "ModuleTree.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>

namespace shardc {

/// What a style asks of a module along the tensor-parallel axis.
struct Style {
  enum Shard { None, Output, Contracted };
  llvm::StringRef name;
  /// The factor that the parameters are sharded on: the one that comes out, or the one that is contracted.
  Shard shard;
  /// Whether operands, and results, are asked to be replicated.
  bool replicateInput, replicateOutput;
};

class TensorParallelPlan {
public:
  /// Reads `dist.tp_plan` of the module and matches it against the tree. Emits an error for an unknown style, a pattern that
  /// matches no module, two patterns that give one module different styles, and a style that no parameter of its module has a
  /// factor for.
  static mlir::FailureOr<TensorParallelPlan> match(mlir::ModuleOp module, ModuleNode &root);

  /// Returns the style of a module, or null.
  const Style *styleOf(const ModuleNode &node) const;
  /// Returns where the rule that gave a module its style stands.
  mlir::Location locationOf(const ModuleNode &node) const;
  /// Returns the dimension of parameter `name` of `node` that its style shards, or -1.
  int64_t shardedDim(ModuleNode &node, llvm::StringRef name) const;

private:
  struct Match {
    const Style *style;
    mlir::Location loc;
    std::string pattern;
  };
  llvm::DenseMap<const ModuleNode *, Match> matches;
  /// Checks that each style with a sharded factor finds one, the same for all uses of a parameter.
  mlir::LogicalResult checkApplicable(ModuleNode &root) const;
  mlir::LogicalResult checkApplicable(ModuleNode &node, const Style &style) const;
};

} // namespace shardc

#endif // SHARDC_LIB_TRANSFORMS_TENSORPARALLELPLAN_H
