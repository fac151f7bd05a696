//===- Pipelines.cpp - The order of passes, and only that --------------------------------------===//
#include "shardc/Pipelines/Pipelines.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "shardc/Conversion/Gpu/Passes.h"
#include "shardc/Conversion/Host/Passes.h"
#include "shardc/Conversion/Kernels/Passes.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "shardc/Dialect/NN/NN.h"
#include "shardc/Transforms/Differentiate/Passes.h"
#include "shardc/Transforms/Group/Passes.h"
#include "shardc/Transforms/Partition/Passes.h"
#include "shardc/Transforms/Place/Passes.h"
#include "shardc/Transforms/Plan/Passes.h"
#include "shardc/Transforms/Schedule/Passes.h"
#include <deque>

using namespace mlir;

namespace shardc {

static void buildImport(OpPassManager &pm, const Options &options) {
  // Before all phases: whoever asks what the program runs on looks at the module.
  const Options::Target &target = options.target;
  pm.addPass(createSetTargetPass({target.kind, target.cpu, target.gpuArch, target.gpuCode}));
}

static void buildPlan(OpPassManager &pm) {
  // Before shapes are planned: everything after sees one floating-point type.
  pm.addPass(createSetPrecisionPass());
  pm.addPass(createPlanModelPass());
  // Once parameters are distinct from their uses, and before derivatives: these have types of their own.
  pm.addPass(createSetComputeTypePass());
  // Once every use says in which placement and type it computes.
  pm.addPass(createPlanChainsPass());
}

static void buildPartition(OpPassManager &pm) {
  pm.addPass(createPartitionModelPass());
  pm.addPass(createVerifyPlacementsPass());
}

static void buildDifferentiate(OpPassManager &pm) {
  pm.addPass(createDifferentiateModelPass());
  pm.addPass(createVerifyPlacementsPass());
}

static void buildGroup(OpPassManager &pm) {
  // Text of the phase before may come from elsewhere, and from here on placements are gone.
  pm.addPass(createVerifyPlacementsPass());
  // While functions still say where a layer begins: what is recomputed reaches back to there.
  pm.addPass(createRecomputePass());
  pm.addPass(createInlineCallsPass());
  pm.addPass(createGroupTasksPass());
}

static void buildSchedule(OpPassManager &pm) {
  pm.addPass(createScheduleUnitsPass());
  // Where a state cannot be written in place a copy is a task like others: before tasks are numbered.
  pm.addNestedPass<exec::SectionOp>(createScheduleCopiesPass());
  pm.addPass(createScheduleStreamsPass());
}

static void buildPlace(OpPassManager &pm) {
  // On every compile: a schedule may come from elsewhere.
  pm.addPass(createVerifySchedulePass());
  // Before bytes are placed: what blocks of a GPU leave for one another lies among them.
  pm.addPass(createEmitGpuKernelsPass());
  pm.addPass(createPlaceBuffersPass());
  // On every compile: reads offsets, streams and waits alone, not what the planner believed.
  pm.addPass(createVerifyOffsetsPass());
}

/// From functions over vectors to LLVM. Memory becomes plain pointers.
static void buildVectorToLLVM(OpPassManager &pm) {
  // Before functions become intrinsics, of which LLVM makes one call for each lane.
  pm.addPass(createExpandMathPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  // Memory has a static shape, so that a pointer says all.
  ConvertFuncToLLVMPassOptions functions;
  functions.useBarePtrCallConv = true;
  pm.addPass(createConvertFuncToLLVMPass(functions));
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertIndexToLLVMPass());
  pm.addPass(createUBToLLVMConversionPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
}

static void buildCodegen(OpPassManager &pm) {
  // Kernels for a CPU: those for a GPU are functions since place, which had to see their workspaces.
  pm.addPass(createEmitKernelsPass());
  // The one module inside of the program is that of its kernels, until there is one of the host's code.
  OpPassManager &kernels = pm.nest<ModuleOp>();
  kernels.addPass(createGpuMathPass());
  kernels.addPass(createExpandBFloat16Pass());
  buildVectorToLLVM(kernels);
  // What is left of memory's shapes would tell equal functions apart.
  kernels.addPass(createCanonicalizerPass());
  pm.addPass(createMergeGpuFunctionsPass());
  pm.addPass(createSectionsToLLVMPass());
}

void buildPhase(Phase phase, OpPassManager &pm, const Options &options) {
  switch (phase) {
  case Phase::Import:
    return buildImport(pm, options);
  case Phase::Plan:
    return buildPlan(pm);
  case Phase::Partition:
    return buildPartition(pm);
  case Phase::Differentiate:
    return buildDifferentiate(pm);
  case Phase::Group:
    return buildGroup(pm);
  case Phase::Schedule:
    return buildSchedule(pm);
  case Phase::Place:
    return buildPlace(pm);
  case Phase::Codegen:
    return buildCodegen(pm);
  }
}

void buildChecks(Phase phase, OpPassManager &pm) {
  switch (phase) {
  case Phase::Import:
  case Phase::Plan:
  case Phase::Group:
    return; // what holds there operations verify, or the next phase does
  case Phase::Partition:
  case Phase::Differentiate:
    return pm.addPass(createVerifyPlacementsPass());
  case Phase::Schedule:
    return pm.addPass(createVerifySchedulePass());
  case Phase::Place:
  case Phase::Codegen:
    pm.addPass(createVerifySchedulePass());
    return pm.addPass(createVerifyOffsetsPass());
  }
}

namespace {
/// What a pipeline of shard-opt takes: the table of settings, as text that the module reads.
struct PhaseOptions : PassPipelineOptions<PhaseOptions> {
  struct Key {
    const dist::SettingSpec &spec;
    Option<std::string> value;

    Key(PhaseOptions &options, const dist::SettingSpec &spec)
        : spec(spec), value(options, spec.getName(), llvm::cl::desc(spec.help)) {}
  };
  std::deque<Key> keys;

  PhaseOptions() {
    for (const dist::SettingSpec &spec : dist::getSettingSpecs())
      if (spec.scope == dist::SettingSpec::Scope::Module)
        keys.emplace_back(*this, spec);
  }

  /// Returns the settings that are given, as KEY=VALUE.
  SmallVector<std::string> given() const {
    SmallVector<std::string> texts;
    for (const Key &key : keys)
      if (key.value.hasValue())
        texts.push_back((key.spec.key + "=" + key.value.getValue()).str());
    return texts;
  }
};

/// Builds a phase's passes behind what its options change.
void buildWithOptions(Phase phase, OpPassManager &pm, const PhaseOptions &given) {
  if (SmallVector<std::string> settings = given.given(); !settings.empty())
    pm.addPass(createSetSettingsPass({settings}));
  buildPhase(phase, pm, {});
}
} // namespace

void registerPipelines() {
  registerShardcPlanPasses();
  registerShardcPartitionPasses();
  registerShardcDifferentiatePasses();
  registerShardcGroupPasses();
  registerShardcSchedulePasses();
  registerShardcPlacePasses();
  registerShardcKernelsPasses();
  registerShardcGpuPasses();
  registerShardcHostPasses();
  for (Phase phase : allPhases) {
    // The registration keeps what it is given: one for each phase, for the life of the process.
    static std::vector<std::unique_ptr<PassPipelineRegistration<PhaseOptions>>> registrations;
    std::string name = "shardc-" + nameOf(phase).str();
    registrations.push_back(std::make_unique<PassPipelineRegistration<PhaseOptions>>(
        name, invariantOf(phase),
        [phase](OpPassManager &pm, const PhaseOptions &options) { buildWithOptions(phase, pm, options); }));
  }
}

void registerDialects(DialectRegistry &registry) {
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registry.insert<nn::NNDialect, dist::DistDialect, exec::ExecDialect>();
}

} // namespace shardc
