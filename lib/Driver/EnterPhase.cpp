//===- EnterPhase.cpp - What text must bring to go on from its phase ---------------------------===//

#include "EnterPhase.h"
#include "shardc/Dialect/Exec/Exec.h"
#include "shardc/Interfaces/ModuleInterfaces.h"

using namespace mlir;

namespace shardc {

static constexpr StringRef advice = "; leave it out, or begin at an earlier phase";

/// Begins the error for a setting that a phase has read.
static InFlightDiagnostic reportTooLate(const Setting &setting, StringRef value, Phase reader, Phase phase) {
  return emitError(setting.location) << setting.key << "=" << value << " comes too late: the phase " << nameOf(reader)
                                     << " has read it, and MODEL holds the phase " << nameOf(phase);
}

LogicalResult checkCarried(ModuleOp module, Phase phase, Location loc) {
  auto reportMissing = [&](StringRef what) {
    return emitError(loc) << "holds the phase " << nameOf(phase) << " and has no " << what;
  };
  if (failed(requireModel(module, loc)))
    return failure();
  if (phase >= Phase::Plan && !dist::getSettingsAttr(module))
    return reportMissing("dist.settings, with which it was planned; write what they were, or #dist.settings<> for the "
                         "defaults");
  if (phase >= Phase::Plan && module.getOps<dist::MeshOp>().empty())
    return reportMissing("dist.mesh, over which it was planned; let it begin with one");
  if (phase >= Phase::Group && !exec::targetOf(module))
    return reportMissing("exec.target, for which its tasks were chosen; write what it was, such as "
                         "exec.target = #exec.target<cpu, cpu = \"native\">");
  return success();
}

LogicalResult checkTarget(const Options::Target &asked, ModuleOp module, Phase phase) {
  exec::TargetAttr target = exec::targetOf(module);
  auto check = [&](StringRef option, StringRef value, StringRef made, Phase reader) -> LogicalResult {
    if (value.empty() || value == made || phase < reader)
      return success();
    return emitError(UnknownLoc::get(module.getContext()))
           << "--" << option << "=" << value << " comes too late: the phase " << nameOf(reader)
           << " has read it, and MODEL holds the phase " << nameOf(phase) << ", made with " << made << advice;
  };
  if (!target)
    return success();
  if (failed(check("target", asked.kind, exec::stringifyTargetKind(target.getKind()), Phase::Group)))
    return failure();
  return check("cpu", asked.cpu, target.getCpu(), Phase::Codegen);
}

LogicalResult checkNotTooLate(const Recipe &recipe, const dist::Settings &carried, Phase phase) {
  for (const dist::SettingSpec &spec : dist::getSettingSpecs()) {
    std::optional<Phase> reader = readerOf(spec);
    bool isCarried = spec.scope == dist::SettingSpec::Scope::Module;
    if (isCarried && reader && phase >= *reader && spec.get(recipe.values) != spec.get(carried))
      return reportTooLate(recipe.get(spec.key), dist::toText(spec.get(recipe.values)), *reader, phase)
             << ", made with " << dist::toText(spec.get(carried)) << advice;
  }
  // Other settings say what those mean, but for the plan, which is gone once it has been followed.
  const Setting &plan = recipe.get("distributed.tp_plan");
  if (plan.isGiven && phase >= Phase::Plan)
    return reportTooLate(plan, plan.value, Phase::Plan, phase) << advice;
  return success();
}

} // namespace shardc
