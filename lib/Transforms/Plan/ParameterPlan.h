//===- ParameterPlan.h - The place of each parameter in the plan -------------------------------===//
#ifndef SHARDC_LIB_TRANSFORMS_PLAN_PARAMETERPLAN_H
#define SHARDC_LIB_TRANSFORMS_PLAN_PARAMETERPLAN_H

#include "ModuleTree.h"
#include "TensorParallelPlan.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"

namespace shardc {

/// Returns those of the axes that the mesh has more than one rank on.
mlir::SmallVector<mlir::StringAttr> usedAxes(dist::MeshOp mesh, mlir::ArrayRef<llvm::StringRef> names);
/// Returns the attribute of a placement, also of one that is R everywhere.
dist::ShardingAttr shardingOf(const dist::Placement &placement, mlir::MLIRContext *context);

/// The parameters of the whole model, tied ones once: where they are stored, and where each use computes with them.
class ParameterPlan {
public:
  ParameterPlan(ModuleNode &root, const TensorParallelPlan &plan, dist::MeshOp mesh)
      : root(root), plan(plan), mesh(mesh), context(mesh.getContext()), tp(mlir::StringAttr::get(context, "tp")) {}

  /// Finds the parameters of the tree. Emits an error where ties lead in a ring, and where the styles of a tied
  /// parameter's uses shard it differently.
  mlir::LogicalResult collect();
  /// Creates a `dist.parameter` for each, behind the mesh.
  void declare();
  /// Creates the `dist.unshard` of the use of parameter `name` of `node`.
  mlir::Value unshard(ModuleNode &node, llvm::StringRef name, mlir::OpBuilder &builder);

private:
  struct Parameter {
    ParameterOpInterface op;
    std::string unit;
    int64_t tpDim;       ///< dimension sharded over tp, or -1
    std::string planned; ///< the module and style that say so, for messages
    mlir::SmallVector<std::string> aliases;
    std::string tensor; ///< full name of the tensor that it is a part of, or empty
  };

  /// Returns the parameter that the one of this full name is, through all ties; nothing if they lead in a ring.
  std::optional<std::string> ownerOf(std::string name);
  std::string causeOf(ModuleNode &node, const std::string &name);
  mlir::LogicalResult addTiedUse(ModuleNode &node, ParameterOpInterface op);
  dist::Placement splitPlacement(const Parameter &parameter);
  dist::Placement computedPlacement(const Parameter &parameter);
  dist::Placement storedPlacement(const Parameter &parameter);

  ModuleNode &root;
  const TensorParallelPlan &plan;
  dist::MeshOp mesh;
  mlir::MLIRContext *context;
  mlir::StringAttr tp;
  /// Full name of a tied parameter -> that of what it is tied to.
  llvm::StringMap<std::string> ties;
  llvm::MapVector<std::string, Parameter, std::map<std::string, unsigned>> parameters;
};

} // namespace shardc

#endif // SHARDC_LIB_TRANSFORMS_PLAN_PARAMETERPLAN_H
