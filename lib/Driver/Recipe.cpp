//===- Recipe.cpp - What the user asks for -----------------------------------------------------===//

#include "shardc/Driver/Recipe.h"
#include "ResolveRecipe.h"
#include "Yaml.h"
#include "shardc/Support/NearestName.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace shardc {
namespace {

constexpr StringRef sections[] = {"distributed", "precision", "train"};

/// Returns every setting at its default, or where that is given as `base` has it.
std::vector<Setting> settingsOf(const dist::Settings *base, MLIRContext &context) {
  std::vector<Setting> settings;
  for (const dist::SettingSpec &spec : dist::getSettingSpecs()) {
    bool isDefault = !base || spec.get(*base) == spec.get(dist::Settings());
    settings.push_back({spec.key.str(), isDefault ? spec.defaultText.str() : dist::toText(spec.get(*base)),
                        isDefault ? "default" : "MODEL", UnknownLoc::get(&context)});
  }
  return settings;
}

InFlightDiagnostic reportUnknownKey(StringRef key, const YamlValue &value) {
  InFlightDiagnostic diagnostic = emitError(value.keyLocation) << "unknown key " << key;
  if (StringRef nearest = dist::suggestSettingKey(key); !nearest.empty())
    diagnostic << ", did you mean " << nearest << "?";
  return diagnostic;
}

InFlightDiagnostic reportValue(const dist::SettingSpec &spec, const YamlValue &value) {
  InFlightDiagnostic diagnostic = emitError(value.location)
                                  << spec.key << " must be " << spec.getExpectation(value.plain().value_or(""))
                                  << ", got " << value.shown();
  if (StringRef nearest = nearestName(value.text, spec.choices); !nearest.empty())
    diagnostic << ", did you mean " << nearest << "?";
  return diagnostic;
}

/// Sets a key to a value, or emits an error.
LogicalResult assign(Recipe &recipe, StringRef key, const YamlValue &value, StringRef origin) {
  const dist::SettingSpec *spec = dist::findSettingSpec(key);
  if (!spec)
    return reportUnknownKey(key, value);
  Setting &setting = recipe.get(key);
  setting.origin = origin.str();
  setting.location = value.location;
  setting.isGiven = value.kind != YamlValue::Kind::Null;
  if (!setting.isGiven) {
    setting.value = spec->isNullable ? "null" : spec->defaultText.str();
    spec->set(recipe.values, spec->isNullable ? dist::SettingValue() : spec->get(dist::Settings()));
    return success();
  }
  bool isScalar = value.kind == YamlValue::Kind::Scalar;
  if (spec->isLater(value.kind == YamlValue::Kind::Sequence ? "LIST" : value.text))
    return emitError(value.location) << key << "=" << value.shown() << " is not supported yet";
  std::optional<dist::SettingValue> read = isScalar ? spec->read(value.text, value.quoted) : std::nullopt;
  if (!read || !spec->set(recipe.values, *read))
    return reportValue(*spec, value);
  setting.value = value.text;
  return success();
}

//=== ------------------------------------------------------------------------------------------===//
// The file, and --set
//=== ------------------------------------------------------------------------------------------===//

/// FILE:LINE of a value in a file.
std::string originOf(Location location) {
  auto file = location->findInstanceOf<FileLineColLoc>();
  return file ? (file.getFilename().getValue() + ":" + Twine(file.getLine())).str() : "--set";
}

/// Applies the settings of one section.
LogicalResult readSection(Recipe &recipe, StringRef section, const YamlValue &value) {
  if (value.kind == YamlValue::Kind::Null)
    return success();
  if (value.kind != YamlValue::Kind::Mapping)
    return emitError(value.location) << section << " must be a mapping of keys to values, got " << value.shown();
  bool ok = true;
  for (const YamlValue &entry : value.entries)
    ok &= succeeded(assign(recipe, (section + "." + entry.key).str(), entry, originOf(entry.location)));
  return success(ok);
}

LogicalResult readFile(Recipe &recipe, StringRef path, MLIRContext &context) {
  FailureOr<YamlValue> root = readYaml(path, "the recipe", UnknownLoc::get(&context));
  if (failed(root))
    return failure();
  if (root->kind == YamlValue::Kind::Null)
    return success();
  if (root->kind != YamlValue::Kind::Mapping)
    return emitError(root->location) << "a recipe must be a mapping of keys to values, got " << root->shown();
  bool ok = true;
  for (const YamlValue &entry : root->entries) {
    if (llvm::is_contained(sections, entry.key)) {
      ok &= succeeded(readSection(recipe, entry.key, entry));
    } else if (StringRef section = nearestName(entry.key, sections);
               !section.empty() && entry.kind == YamlValue::Kind::Mapping) {
      ok = false;
      emitError(entry.keyLocation) << "unknown key " << entry.key << ", did you mean " << section << "?";
    } else {
      ok &= succeeded(assign(recipe, entry.key, entry, originOf(entry.location)));
    }
  }
  return success(ok);
}

/// A plan file named in a recipe stands beside it.
void resolvePlanPath(Recipe &recipe, StringRef recipePath) {
  for (Setting &setting : recipe.settings) {
    if (setting.key != "distributed.tp_plan" || llvm::is_contained({"auto", "hf", "none"}, setting.value) ||
        llvm::sys::path::is_absolute(setting.value))
      continue;
    SmallString<256> path(llvm::sys::path::parent_path(recipePath));
    llvm::sys::path::append(path, setting.value);
    recipe.values.tpPlan = setting.value = path.str().str();
  }
}

LogicalResult applyOverride(Recipe &recipe, StringRef text, MLIRContext &context) {
  std::string name = ("--set " + text).str();
  Location location = NameLoc::get(StringAttr::get(&context, name));
  auto [key, value] = text.split('=');
  if (key.empty() || value.empty())
    return emitError(location) << "must be KEY=VALUE";
  if (key.consume_front("model.")) {
    recipe.modelOverrides.emplace_back(key.str(), value.str());
    return success();
  }
  FailureOr<YamlValue> parsed = parseYaml(value, name, /*isFile=*/false, context);
  if (failed(parsed))
    return failure();
  return assign(recipe, key, *parsed, "--set");
}

} // namespace

const Setting &Recipe::get(StringRef key) const {
  return *llvm::find_if(settings, [&](const Setting &setting) { return setting.key == key; });
}

Setting &Recipe::get(StringRef key) {
  return const_cast<Setting &>(std::as_const(*this).get(key));
}

FailureOr<Recipe> loadRecipe(StringRef path, ArrayRef<std::string> overrides, StringRef target,
                             const dist::Settings *base, MLIRContext &context) {
  Recipe recipe;
  if (base)
    recipe.values = base->openUp();
  recipe.settings = settingsOf(base ? &recipe.values : nullptr, context);
  bool ok = true;
  if (!path.empty()) {
    ok = succeeded(readFile(recipe, path, context));
    resolvePlanPath(recipe, path);
  }
  for (const std::string &text : overrides)
    ok &= succeeded(applyOverride(recipe, text, context));
  if (!ok || failed(resolveRecipe(recipe, target)))
    return failure();
  return recipe;
}

} // namespace shardc
