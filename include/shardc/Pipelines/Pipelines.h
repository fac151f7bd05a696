//===- Pipelines.h - The order of passes, and only that ----------------------------------------===//
#ifndef SHARDC_PIPELINES_PIPELINES_H
#define SHARDC_PIPELINES_PIPELINES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassManager.h"
#include "shardc/Dialect/Dist/Settings.h"
#include <optional>
#include <string>

namespace shardc {

enum class Phase {
#define PHASE(enumerator, name, invariant) enumerator,
#include "shardc/Pipelines/Phases.def"
};

/// All phases, in order.
inline constexpr Phase allPhases[] = {
#define PHASE(enumerator, name, invariant) Phase::enumerator,
#include "shardc/Pipelines/Phases.def"
};

/// Returns the name of a phase, as in `--emit`.
llvm::StringRef nameOf(Phase phase);
/// Returns what holds after a phase.
llvm::StringRef invariantOf(Phase phase);
/// Returns the phase of that name, if there is one.
std::optional<Phase> phaseNamed(llvm::StringRef name);

/// Returns the phase that a module is the result of, as told by what it holds.
Phase phaseOf(mlir::ModuleOp module);
/// Fails if a module holds an operation of a dialect that its phase does not use. Looks at what is not verified yet.
llvm::LogicalResult checkDialects(mlir::ModuleOp module);
/// Returns the phase that reads a setting first, so that only a module of an earlier one can be given another value;
/// nothing for what the program file alone says.
std::optional<Phase> readerOf(const dist::SettingSpec &spec);

/// What the command line says to the passes. What a recipe says the module carries.
struct Options {
  /// What the program runs on, as shardc-set-target takes it; what is empty stays as the module says.
  struct Target {
    std::string kind, cpu;
    llvm::SmallVector<std::string> gpuArch;
    std::string gpuCode;
  } target;
};

/// Appends the passes of one phase. What import builds gets its target here, and so does a module that enters at a
/// later phase; what codegen leaves is translated by Target/Codegen.h.
void buildPhase(Phase phase, mlir::OpPassManager &pm, const Options &options);

/// Appends what checks a module that enters behind a phase, and may come from elsewhere.
void buildChecks(Phase phase, mlir::OpPassManager &pm);

/// Registers each phase's passes as a pipeline `shardc-NAME`. Its options are the settings that a module carries, by
/// the last component of their keys; what is given changes the module first.
void registerPipelines();

/// Registers the dialects that text of some phase may use.
void registerTextDialects(mlir::DialectRegistry &registry);
/// Registers all dialects that the pipelines start from or create, ours and MLIR's, with their external models.
void registerDialects(mlir::DialectRegistry &registry);

} // namespace shardc

#endif // SHARDC_PIPELINES_PIPELINES_H
