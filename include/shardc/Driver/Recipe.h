//===- Recipe.h - What the user asks for -------------------------------------------------------===//
#ifndef SHARDC_DRIVER_RECIPE_H
#define SHARDC_DRIVER_RECIPE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LLVM.h"
#include "shardc/Pipelines/Pipelines.h"
#include "llvm/Support/JSON.h"
#include <string>
#include <utility>
#include <vector>

namespace shardc {

/// One setting in force: its value and where that came from.
struct Setting {
  std::string key;    ///< dotted, as for --set
  std::string value;  ///< as YAML
  std::string origin; ///< default, FILE:LINE or --set
  mlir::Location location;
  bool isNull = false;
  bool isGiven = false; ///< a value was given; `null` asks for the default
};

/// All settings of a recipe, checked, and what they mean.
struct Recipe {
  std::vector<Setting> settings;
  Options options;
  /// The product of the mesh's axes.
  int64_t worldSize = 1;

  /// Ranks that take samples of their own.
  int64_t dataRanks() const { return options.mesh.dpReplicate * options.mesh.dpShard; }
  /// Keys of config.json that --set model.KEY=VALUE replaces.
  std::vector<std::pair<std::string, std::string>> modelOverrides;

  /// Returns the setting of a key that exists.
  const Setting &get(llvm::StringRef key) const;
  Setting &get(llvm::StringRef key);
  /// Returns the recipe's `train`, as the manifest holds it.
  llvm::json::Object trainJson() const;
};

/// Reads a recipe (none if `path` is empty) for a program on `target`, applies `KEY=VALUE` texts in order and resolves
/// the mesh. Every error has been emitted, at its place in the file where there is one.
mlir::FailureOr<Recipe> loadRecipe(llvm::StringRef path, llvm::ArrayRef<std::string> overrides, llvm::StringRef target,
                                   mlir::MLIRContext &context);

/// Gives a model the tensor-parallel plan that the recipe names, as the attribute `dist.tp_plan`: an array of
/// dictionaries of pattern, style and, for a plan file's entries, loc.
mlir::LogicalResult applyPlan(mlir::ModuleOp module, const Recipe &recipe);

} // namespace shardc

#endif // SHARDC_DRIVER_RECIPE_H
