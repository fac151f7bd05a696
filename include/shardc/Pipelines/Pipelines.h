//===- Pipelines.h - The order of passes, and only that ----------------------------------------===//
#ifndef SHARDC_PIPELINES_PIPELINES_H
#define SHARDC_PIPELINES_PIPELINES_H

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassManager.h"
#include <optional>
#include <string>

namespace shardc {

enum class Phase {
#define PHASE(enumerator, name, invariant) enumerator,
#include "shardc/Pipelines/Phases.def"
};

/// Returns the name of a phase, as in `--emit`.
llvm::StringRef nameOf(Phase phase);
/// Returns what holds after a phase.
llvm::StringRef invariantOf(Phase phase);
/// Returns the phase of that name, if there is one.
std::optional<Phase> phaseNamed(llvm::StringRef name);

/// What a recipe says to the passes. Sizes of 1 are axes that nothing is sharded over.
struct Options {
  struct Mesh {
    int64_t dpReplicate = 1, dpShard = 1, cp = 1, tp = 1;
  } mesh;
  /// Activations are split over tp by their sequence between the modules of the tensor-parallel plan.
  bool sequenceParallel = false;
  /// What is computed in: float32; bfloat16, with parameters stored and updated in float32; float64, the mode for tests
  /// that makes everything float64.
  std::string paramDtype = "float32";
  /// Whether gradients of parameters computed in bfloat16 are reduced over ranks in bfloat16; otherwise in what they
  /// are stored in.
  bool reduceInBFloat16 = false;
  /// Absent: all units but the last layer and the root are resharded after their forward pass.
  std::optional<bool> reshardAfterForward;
  /// Units gathered ahead, in the forward and in the backward pass.
  int64_t forwardPrefetch = 1, backwardPrefetch = 1;
  /// What the backward pass recomputes: none, full (whole elements of lists), modules (each module of an element by
  /// itself), or every:K (each K-th element).
  std::string activationCheckpointing = "none";
  struct Train {
    int64_t globalBatch = 8, sequenceLength = 1024, accumulation = 1, steps = 100;
    double learningRate = 3e-4, minLearningRate = 3e-5;
    int64_t warmupSteps = 10;
    double beta1 = 0.9, beta2 = 0.95, epsilon = 1e-8, weightDecay = 0.1;
    std::optional<double> clipNorm = 1.0;
  } train;
  /// Products of float32 may round their operands to TF32, on GPUs.
  bool tf32 = false;
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

/// Registers each phase's passes as a pipeline `shardc-NAME`, with options that mirror Options.
void registerPipelines();

/// Registers all dialects that the pipelines start from or create, ours and MLIR's, with their external models.
void registerDialects(mlir::DialectRegistry &registry);

} // namespace shardc

#endif // SHARDC_PIPELINES_PIPELINES_H
