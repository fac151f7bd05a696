//===- Phases.cpp - The phases by name, by contents, by settings -------------------------------===//
#include "shardc/Dialect/Dist/Dist.h"
#include "shardc/Dialect/Exec/Exec.h"
#include "shardc/Interfaces/ModuleInterfaces.h"
#include "shardc/Pipelines/Pipelines.h"

using namespace mlir;

namespace shardc {

namespace {
struct PhaseInfo {
  Phase phase;
  StringRef name, invariant;
};
constexpr PhaseInfo phases[] = {
#define PHASE(enumerator, name, invariant) {Phase::enumerator, name, invariant},
#include "shardc/Pipelines/Phases.def"
};

/// The phases as the table of settings names them.
namespace readers {
#define PHASE(enumerator, name, invariant)                                                                             \
  [[maybe_unused]] constexpr std::optional<Phase> enumerator = Phase::enumerator;
#include "shardc/Pipelines/Phases.def"
constexpr std::optional<Phase> Program;
} // namespace readers
} // namespace

StringRef nameOf(Phase phase) {
  return phases[static_cast<unsigned>(phase)].name;
}

StringRef invariantOf(Phase phase) {
  return phases[static_cast<unsigned>(phase)].invariant;
}

std::optional<Phase> phaseNamed(StringRef name) {
  for (const PhaseInfo &info : phases)
    if (info.name == name)
      return info.phase;
  return std::nullopt;
}

std::optional<Phase> readerOf(const dist::SettingSpec &spec) {
  static constexpr std::optional<Phase> all[] = {
#define SETTING(scope, reader, ...) readers::reader,
#include "shardc/Dialect/Dist/Settings.def"
  };
  return all[&spec - dist::getSettingSpecs().data()];
}

Phase phaseOf(ModuleOp module) {
  if (exec::codeModuleOf(module, exec::CodeModule::Host))
    return Phase::Codegen;
  if (!module.getOps<exec::ArenaOp>().empty())
    return Phase::Place;
  if (!module.getOps<exec::SectionOp>().empty())
    return Phase::Schedule;
  // The latest phase that an operation belongs to. A use of a parameter says where it is computed until its type does.
  Phase phase = Phase::Import;
  module.walk([&](Operation *op) {
    if (isa<exec::TaskOpInterface, exec::KernelOp>(op))
      phase = std::max(phase, Phase::Group);
    else if (isa<dist::AccumulateOp, dist::WriteOp>(op))
      phase = std::max(phase, Phase::Differentiate);
    else if (auto unshard = dyn_cast<dist::UnshardOp>(op))
      phase = std::max(phase, unshard.getComputed() ? Phase::Plan : Phase::Partition);
  });
  return phase;
}

} // namespace shardc
