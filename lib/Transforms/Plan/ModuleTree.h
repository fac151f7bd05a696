//===- ModuleTree.h - The tree of module instances ---------------------------------------------===//
//
// The instances of a model with their dotted names, as passes see them: through the module interfaces alone.
//
//=== ------------------------------------------------------------------------------------------===//
#ifndef SHARDC_LIB_TRANSFORMS_PLAN_MODULETREE_H
#define SHARDC_LIB_TRANSFORMS_PLAN_MODULETREE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"
#include "shardc/Interfaces/ModuleInterfaces.h"
#include <memory>
#include <vector>

namespace shardc {

/// One instance of a module class, at one place of the model.
struct ModuleNode {
  /// Dotted name, empty for the root; elements of a list end in their index.
  std::string path;
  /// The same with the indices of lists as `*`, for causes that all elements share.
  std::string pattern;
  ModuleClassOpInterface moduleClass;
  ModuleNode *parent = nullptr;
  /// True for an element of a list.
  bool isElement = false;
  /// Place of an element in its list, from 0.
  int64_t index = 0;
  std::vector<std::unique_ptr<ModuleNode>> children;
  /// The instance operation that each child stems from.
  std::vector<InstanceOpInterface> childInstances;
  /// The list that an element belongs to; null for another node.
  InstanceOpInterface list;
  /// Tied parameters of this subtree: dotted name below this node -> full dotted name.
  std::vector<std::pair<std::string, std::string>> ties;

  /// Returns the parameters that this node's class declares.
  llvm::SmallVector<ParameterOpInterface> parameters() const;
  /// Returns the children that stem from the instance `name`: one, or the elements of a list.
  llvm::SmallVector<ModuleNode *> childrenNamed(llvm::StringRef name) const;
  /// Builds the operands that an element of a list takes behind those of the call; none for another node.
  llvm::SmallVector<mlir::Value> buildOperands(mlir::OpBuilder &builder) const;
  /// Returns `name` appended to the path.
  std::string join(llvm::StringRef name) const;

  /// Returns `loc` with the name that causes have.
  mlir::Location at(mlir::Location loc) const;

  /// Visits this node and all below it, parents first.
  void walk(llvm::function_ref<void(ModuleNode &)> visit);
};

/// Builds the tree of the model that a module says it holds. Emits an error if there is none.
mlir::FailureOr<std::unique_ptr<ModuleNode>> buildModuleTree(mlir::ModuleOp module);

} // namespace shardc

#endif // SHARDC_LIB_TRANSFORMS_PLAN_MODULETREE_H
