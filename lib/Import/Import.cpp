//===- Import.cpp - From a Hugging Face model folder to nn -------------------------------------===//

#include "shardc/Import/Import.h"
#include "Architecture.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace shardc {
namespace {

/// Replaces one key of a parsed config.json; a dotted key reaches into nested objects.
LogicalResult applyOverride(JsonText &json, StringRef key, StringRef value, MLIRContext &context) {
  Location location = NameLoc::get(StringAttr::get(&context, "--set model." + key + "=" + value));
  SmallVector<StringRef> path;
  key.split(path, '.');
  llvm::json::Object *object = &json.object;
  for (StringRef step : ArrayRef(path).drop_back()) {
    object = object->getObject(step);
    if (!object)
      return emitError(location) << "config.json has no object " << step;
  }
  // A value goes through the same checks as the file. What is not JSON is a string, as in YAML.
  std::string wrapped = ("{\"value\": " + value + "}").str();
  llvm::json::Value parsed = value;
  {
    ScopedDiagnosticHandler silent(&context, [](Diagnostic &) { return success(); });
    if (FailureOr<JsonText> text = parseJsonText(wrapped, "value", context);
        succeeded(text) && text->object.size() == 1)
      parsed = *text->object.get("value");
  }
  (*object)[path.back().str()] = std::move(parsed);
  json.locations.insert_or_assign(key, location);
  return success();
}

LogicalResult applyOverrides(JsonText &json, const ImportOptions &options, MLIRContext &context) {
  for (const auto &[key, value] : options.overrides)
    if (failed(applyOverride(json, key, value, context)))
      return failure();
  if (!options.overrides.empty())
    json.text = llvm::formatv("{0:2}\n", llvm::json::Value(llvm::json::Object(json.object)));
  return success();
}

const Architecture *findArchitecture(ConfigReader &config) {
  std::string known = llvm::join(knownModelTypes(), ", ");
  if (!config.has("model_type")) {
    config.error("model_type") << "config.json has no model_type; known: " << known;
    return nullptr;
  }
  std::string modelType = config.string("model_type", "");
  if (config.failed())
    return nullptr;
  for (const Architecture &architecture : architectures())
    if (architecture.modelType == modelType)
      return &architecture;
  config.error("model_type") << "model_type \"" << modelType << "\" is not supported; known: " << known;
  return nullptr;
}

/// Returns a plan as an attribute, or null for none.
DictionaryAttr planAttr(Builder &builder, ArrayRef<PlanEntry> plan) {
  NamedAttrList styles;
  for (const PlanEntry &entry : plan)
    styles.set(entry.pattern, builder.getStringAttr(entry.style));
  return plan.empty() ? DictionaryAttr() : styles.getDictionary(builder.getContext());
}

void setFacts(ModuleOp module, const ModelFacts &facts, ArrayRef<ConfigKey> keys, StringRef config) {
  Builder b(module.getContext());
  nn::setModel(module,
               b.getAttr<nn::ModelAttr>(b.getAttr<FlatSymbolRefAttr>(facts.root), facts.vocabSize,
                                        b.getF64FloatAttr(facts.initializerRange), planAttr(b, facts.plan),
                                        planAttr(b, facts.huggingFacePlan),
                                        describeMathematics(*module.getContext(), keys), b.getStringAttr(config)));
}

} // namespace

FailureOr<OwningOpRef<ModuleOp>> importModel(StringRef path, MLIRContext &context, const ImportOptions &options) {
  context.loadDialect<nn::NNDialect>();
  SmallString<256> file(path);
  if (llvm::sys::fs::is_directory(path))
    llvm::sys::path::append(file, "config.json");
  FailureOr<JsonText> json = readJsonText(file, context);
  if (failed(json) || failed(applyOverrides(*json, options, context)))
    return failure();

  ConfigReader config(*json, context);
  const Architecture *architecture = findArchitecture(config);
  if (!architecture)
    return failure();
  OwningOpRef<ModuleOp> module = ModuleOp::create(NameLoc::get(StringAttr::get(&context, file)));
  ModelBuilder builder(*module, {options.globalBatch, options.sequenceLength});
  FailureOr<ModelFacts> facts = architecture->build(config, builder);
  if (failed(facts))
    return failure();
  setFacts(*module, *facts, config.getNoted(), json->text);
  return module;
}

std::vector<StringRef> knownModelTypes() {
  std::vector<StringRef> names;
  for (const Architecture &architecture : architectures())
    names.push_back(architecture.modelType);
  return names;
}

} // namespace shardc
