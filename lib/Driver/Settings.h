//===- Settings.h - The keys of a recipe -------------------------------------------------------===//
#ifndef SHARDC_LIB_DRIVER_SETTINGS_H
#define SHARDC_LIB_DRIVER_SETTINGS_H

#include "Yaml.h"
#include "shardc/Driver/Recipe.h"
#include <limits>

namespace shardc {

/// What values a key takes.
struct SettingSpec {
  enum class Kind { Integer, Number, Boolean, Choice, Text };

  llvm::StringRef key;
  Kind kind;
  llvm::StringRef defaultValue;
  double lowest = 0; ///< of a number or an integer
  /// Choices, separated by spaces; a choice may end in `:*`, which stands for any argument, or in `:K`, a positive
  /// integer.
  llvm::StringRef choices = "";
  /// Values that are understood and not built: choices as above, or `>N` for integers.
  llvm::StringRef later = "";
  /// Whether null is a value of its own, and not the default's other name.
  bool nullable = false;
  /// Whether a number must be above `lowest`, and the number that it must be below.
  bool above = false;
  double below = std::numeric_limits<double>::infinity();
};

/// Returns the specification of every key, in the order of reports.
llvm::ArrayRef<SettingSpec> settingSpecs();

/// Returns every setting at its default.
std::vector<Setting> defaultSettings(mlir::MLIRContext &context);

/// Sets a key to a value, or emits an error.
mlir::LogicalResult assign(std::vector<Setting> &settings, llvm::StringRef key, const YamlValue &value,
                           llvm::StringRef origin);

} // namespace shardc

#endif // SHARDC_LIB_DRIVER_SETTINGS_H
