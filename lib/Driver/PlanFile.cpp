//===- PlanFile.cpp - The tensor-parallel plan of a recipe -------------------------------------===//

#include "Yaml.h"
#include "mlir/IR/Builders.h"
#include "shardc/Driver/Recipe.h"
#include "shardc/Interfaces/ModuleInterfaces.h"

using namespace mlir;

namespace shardc {
namespace {

/// Reads a plan file.
FailureOr<dist::TpPlanAttr> readPlan(const Setting &setting, MLIRContext &context) {
  Builder builder(&context);
  FailureOr<YamlValue> root =
      readYaml(setting.value, "the file that distributed.tp_plan (auto, hf, none or a file) names,", setting.location);
  if (failed(root))
    return failure();
  if (root->kind == YamlValue::Kind::Null)
    return builder.getAttr<dist::TpPlanAttr>(ArrayRef<dist::PlanRuleAttr>());
  if (root->kind != YamlValue::Kind::Mapping)
    return emitError(root->location) << "a plan file must be a mapping of module patterns to styles, got "
                                     << root->shown();
  SmallVector<dist::PlanRuleAttr> rules;
  for (const YamlValue &entry : root->entries) {
    if (entry.kind != YamlValue::Kind::Scalar)
      return emitError(entry.location) << "the style of " << entry.key << " must be a name, got " << entry.shown();
    rules.push_back(builder.getAttr<dist::PlanRuleAttr>(
        builder.getStringAttr(entry.key), builder.getStringAttr(entry.text), LocationAttr(entry.keyLocation)));
  }
  return builder.getAttr<dist::TpPlanAttr>(rules);
}

/// Returns a plan of the model's own.
dist::TpPlanAttr toPlan(DictionaryAttr styles) {
  Builder b(styles.getContext());
  return b.getAttr<dist::TpPlanAttr>(llvm::map_to_vector(styles, [&](NamedAttribute rule) {
    return b.getAttr<dist::PlanRuleAttr>(rule.getName(), cast<StringAttr>(rule.getValue()), LocationAttr());
  }));
}

} // namespace

LogicalResult applyPlan(ModuleOp module, const Recipe &recipe) {
  module.getContext()->loadDialect<dist::DistDialect>();
  const Setting &setting = recipe.get("distributed.tp_plan");
  if (!setting.isGiven && dist::getTpPlan(module))
    return success();
  FailureOr<dist::TpPlanAttr> plan = dist::TpPlanAttr::get(module.getContext(), {});
  if (setting.value == "auto" || setting.value == "hf") {
    ModelAttrInterface model = modelOf(module);
    DictionaryAttr styles = !model ? DictionaryAttr() : setting.value == "hf" ? model.getTpPlanHf() : model.getTpPlan();
    if (!styles)
      return emitError(setting.location) << "distributed.tp_plan=" << setting.value
                                         << " takes the model's own plan, and this model has no "
                                         << (setting.value == "hf" ? "tp_plan_hf" : "tp_plan")
                                         << "; name a plan file, or none";
    plan = toPlan(styles);
  } else if (setting.value != "none") {
    plan = readPlan(setting, *module.getContext());
  }
  if (failed(plan))
    return failure();
  dist::setTpPlan(module, *plan);
  return success();
}

} // namespace shardc
