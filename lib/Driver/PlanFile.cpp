//===- PlanFile.cpp - The tensor-parallel plan of a recipe -------------------------------------===//

#include "Yaml.h"
#include "mlir/IR/Builders.h"
#include "shardc/Driver/Recipe.h"

using namespace mlir;

namespace shardc {
namespace {

FailureOr<ArrayAttr> readPlan(const Setting &setting, MLIRContext &context) {
  Builder builder(&context);
  FailureOr<YamlValue> root =
      readYaml(setting.value, "the file that distributed.tp_plan (auto, hf, none or a file) names,", setting.location);
  if (failed(root))
    return failure();
  if (root->kind == YamlValue::Kind::Null)
    return builder.getArrayAttr({});
  if (root->kind != YamlValue::Kind::Mapping)
    return emitError(root->location) << "a plan file must be a mapping of module patterns to styles, got "
                                     << root->shown();
  SmallVector<Attribute> entries;
  for (const YamlValue &entry : root->entries) {
    if (entry.kind != YamlValue::Kind::Scalar)
      return emitError(entry.location) << "the style of " << entry.key << " must be a name, got " << entry.shown();
    entries.push_back(builder.getDictionaryAttr({builder.getNamedAttr("pattern", builder.getStringAttr(entry.key)),
                                                 builder.getNamedAttr("style", builder.getStringAttr(entry.text)),
                                                 builder.getNamedAttr("loc", LocationAttr(entry.keyLocation))}));
  }
  return builder.getArrayAttr(entries);
}

} // namespace

LogicalResult applyPlan(ModuleOp module, const Recipe &recipe) {
  const Setting &setting = recipe.get("distributed.tp_plan");
  FailureOr<ArrayAttr> plan = ArrayAttr::get(module.getContext(), {});
  if (setting.value == "auto" || setting.value == "hf") {
    StringRef name = setting.value == "hf" ? "nn.tp_plan_hf" : "nn.tp_plan";
    plan = module->getAttrOfType<ArrayAttr>(name);
    if (!*plan)
      return emitError(setting.location) << "distributed.tp_plan=" << setting.value
                                         << " takes the model's own plan, and this model has no " << name
                                         << "; name a plan file, or none";
  } else if (setting.value != "none") {
    plan = readPlan(setting, *module.getContext());
  }
  if (failed(plan))
    return failure();
  module->setAttr("dist.tp_plan", *plan);
  return success();
}

} // namespace shardc
