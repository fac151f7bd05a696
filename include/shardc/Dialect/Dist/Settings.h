//===- Settings.h - What a recipe says, typed --------------------------------------------------===//
//
// Made from the table in Settings.def: the struct that passes read, and for each key what it takes and how it is read
// and shown.
//
//=== ------------------------------------------------------------------------------------------===//
#ifndef SHARDC_DIALECT_DIST_SETTINGS_H
#define SHARDC_DIALECT_DIST_SETTINGS_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/Hashing.h"
#include "llvm/Support/JSON.h"
#include <limits>
#include <optional>
#include <string>
#include <variant>

namespace shardc::dist {

#define CHOICE(enumerator, name) enumerator,
#define CHOICES(type, choices) enum class type { choices };
#include "shardc/Dialect/Dist/Settings.def"
#undef CHOICE

/// Returns a choice as a recipe spells it.
#define CHOICES(type, choices) llvm::StringRef nameOf(type choice);
#include "shardc/Dialect/Dist/Settings.def"

/// What the backward pass computes again: none, full (whole elements of lists), modules (each module of an element by
/// itself), or every:K (each K-th element).
struct ActivationCheckpointing {
  enum Kind { None, Full, Modules, Every } kind = None;
  int64_t every = 1; ///< with Every

  bool operator==(const ActivationCheckpointing &) const = default;
};

/// All settings, at their defaults to begin with. A module carries those of scope Module, and in them nothing is open:
/// see SettingsAttr.
struct Settings {
  Settings();

#define SETTING(scope, reader, field, type, ...) type field = {};
#include "shardc/Dialect/Dist/Settings.def"

  bool operator==(const Settings &) const = default;

  /// Replaces null by what it means, where other settings say that.
  void fillIn();
  /// Returns the same settings with as much left at its default, or open, as fillIn() brings back.
  Settings openUp() const;

  /// Data-parallel ranks, and those of them that parameters are sharded over.
  int64_t getDataRanks() const { return dpSize.value_or(dpReplicateSize); }
  int64_t getShardRanks() const { return getDataRanks() / dpReplicateSize; }
  int64_t getWorldSize() const { return getDataRanks() * cpSize * tpSize; }
  /// What parameters are stored and updated in.
  FloatKind getStoredDtype() const { return paramDtype == FloatKind::BFloat16 ? FloatKind::Float32 : paramDtype; }
  FloatKind getReduceDtype() const { return reduceDtype.value_or(getStoredDtype()); }
  double getMinLearningRate() const;
};

llvm::hash_code hash_value(const Settings &settings);

/// A value of any key: null, an integer, a number, a switch, or a name.
using SettingValue = std::variant<std::monostate, int64_t, double, bool, std::string>;

/// Numbers that a key takes: from `lowest` on, or above it where that is excluded, and below `below`.
struct SettingRange {
  double lowest = 0;
  bool isLowestExcluded = false;
  double below = std::numeric_limits<double>::infinity();
};

/// A row of the table.
struct SettingSpec {
  enum class Scope { Module, Recipe };
  enum class Kind { Integer, Number, Boolean, Choice, Text };

  llvm::StringRef key, defaultText, later, help;
  Scope scope;
  Kind kind;
  bool isNullable;
  SettingRange range;
  llvm::ArrayRef<llvm::StringRef> choices;
  SettingValue (*get)(const Settings &);
  /// Returns false if the value is not one of the field's.
  bool (*set)(Settings &, const SettingValue &);

  /// Returns the key's last component.
  llvm::StringRef getName() const;
  /// Returns what a value must be that `text` is not, as in "must be ...".
  std::string getExpectation(llvm::StringRef text) const;
  /// Returns whether a name or an integer is understood and not built yet.
  bool isLater(llvm::StringRef text) const;
  /// Reads a value other than null as a recipe spells it, if the key takes it. A quoted text is a name, never a number.
  std::optional<SettingValue> read(llvm::StringRef text, bool isQuoted) const;
};

/// Returns the table, in its order.
llvm::ArrayRef<SettingSpec> getSettingSpecs();
/// Returns the row of a key, or null.
const SettingSpec *findSettingSpec(llvm::StringRef key);
/// Returns the known key that a misspelt or misplaced one most likely means, or an empty string.
llvm::StringRef suggestSettingKey(llvm::StringRef key);

/// Returns a value as a recipe spells it.
std::string toText(const SettingValue &value);
llvm::json::Value toJson(const SettingValue &value);

/// Sets a key to a value that a text spells; otherwise returns what is wrong, a sentence.
std::string assignSetting(Settings &settings, llvm::StringRef key, llvm::StringRef text);

} // namespace shardc::dist

#endif // SHARDC_DIALECT_DIST_SETTINGS_H
