//===- Recipe.h - What the user asks for -------------------------------------------------------===//
#ifndef SHARDC_DRIVER_RECIPE_H
#define SHARDC_DRIVER_RECIPE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LLVM.h"
#include "shardc/Dialect/Dist/Dist.h"
#include <string>
#include <utility>
#include <vector>

namespace shardc {

/// One setting in force as a user sees it: its value and where that came from.
struct Setting {
  std::string key;    ///< dotted, as for --set
  std::string value;  ///< as YAML
  std::string origin; ///< default, MODEL, FILE:LINE, --set, or `from KEY`
  mlir::Location location;
  bool isGiven = false; ///< a value was given; `null` asks for the default
};

/// All settings of a recipe, checked, and what they mean.
struct Recipe {
  std::vector<Setting> settings;
  /// What they say, with what one says of another filled in.
  dist::Settings values;
  /// Keys of config.json that --set model.KEY=VALUE replaces.
  std::vector<std::pair<std::string, std::string>> modelOverrides;

  /// Returns the setting of a key that exists.
  const Setting &get(llvm::StringRef key) const;
  Setting &get(llvm::StringRef key);
};

/// Reads a recipe (none if `path` is empty) for a program on `target`, applies `KEY=VALUE` texts in order and resolves
/// what settings say of one another. They begin at `base`, what a module carries, or at the defaults if that is null.
/// Every error has been emitted, at its place in the file where there is one.
mlir::FailureOr<Recipe> loadRecipe(llvm::StringRef path, llvm::ArrayRef<std::string> overrides, llvm::StringRef target,
                                   const dist::Settings *base, mlir::MLIRContext &context);

/// Prints docs/recipe.md: every key of a recipe, what it takes and what it means.
void printRecipeHelp(llvm::raw_ostream &os);

/// Gives a model the tensor-parallel plan that the recipe names; one that it carries stays where the recipe names none.
mlir::LogicalResult applyPlan(mlir::ModuleOp module, const Recipe &recipe);

} // namespace shardc

#endif // SHARDC_DRIVER_RECIPE_H
