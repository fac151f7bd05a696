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
#include "shardc/Dialect/NN/NN.h"
#include "shardc/Transforms/Differentiate/Passes.h"
#include "shardc/Transforms/Group/Passes.h"
#include "shardc/Transforms/Partition/Passes.h"
#include "shardc/Transforms/Place/Passes.h"
#include "shardc/Transforms/Plan/Passes.h"
#include "shardc/Transforms/Schedule/Passes.h"

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

static void buildImport(OpPassManager &pm, const Options &options) {
  // Before all phases: whoever asks what the program runs on looks at the module.
  const Options::Target &target = options.target;
  pm.addPass(createSetTargetPass({target.kind, target.cpu, target.gpuArch, target.gpuCode}));
}

static std::string reshardText(std::optional<bool> reshard) {
  return reshard ? (*reshard ? "true" : "false") : "auto";
}

static void buildPlan(OpPassManager &pm, const Options &options) {
  bool isNarrow = options.paramDtype == "bfloat16";
  // Before shapes are planned: everything after sees one floating-point type.
  pm.addPass(createSetPrecisionPass({isNarrow ? "float32" : options.paramDtype}));
  const Options::Mesh &mesh = options.mesh;
  pm.addPass(createPlanModelPass(
      {mesh.dpReplicate, mesh.dpShard, mesh.cp, mesh.tp, options.sequenceParallel, options.activationCheckpointing}));
  // Once parameters are distinct from their uses, and before derivatives: these have types of their own.
  if (isNarrow)
    pm.addPass(createSetComputeTypePass({options.paramDtype}));
  // Once every use says in which placement and type it computes.
  pm.addPass(createPlanChainsPass({reshardText(options.reshardAfterForward), options.reduceInBFloat16}));
}

static void buildPartition(OpPassManager &pm, const Options &options) {
  pm.addPass(createPartitionModelPass());
  pm.addPass(createVerifyPlacementsPass());
}

static void buildDifferentiate(OpPassManager &pm, const Options &options) {
  const Options::Train &train = options.train;
  pm.addPass(createDifferentiateModelPass(
      {train.beta1, train.beta2, train.epsilon, train.weightDecay, train.clipNorm.value_or(0)}));
  pm.addPass(createVerifyPlacementsPass());
}

static void buildGroup(OpPassManager &pm, const Options &options) {
  // Text of the phase before may come from elsewhere, and from here on placements are gone.
  pm.addPass(createVerifyPlacementsPass());
  // While functions still say where a layer begins: what is recomputed reaches back to there.
  pm.addPass(createRecomputePass());
  pm.addPass(createInlineCallsPass());
  pm.addPass(createGroupTasksPass({options.tf32}));
}

static void buildSchedule(OpPassManager &pm, const Options &options) {
  pm.addPass(createScheduleUnitsPass({options.train.accumulation, options.forwardPrefetch, options.backwardPrefetch}));
  // Where a state cannot be written in place a copy is a task like others: before tasks are numbered.
  pm.addNestedPass<exec::SectionOp>(createScheduleCopiesPass());
  pm.addPass(createScheduleStreamsPass());
}

static void buildPlace(OpPassManager &pm, const Options &options) {
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

static void buildCodegen(OpPassManager &pm, const Options &options) {
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
    return buildPlan(pm, options);
  case Phase::Partition:
    return buildPartition(pm, options);
  case Phase::Differentiate:
    return buildDifferentiate(pm, options);
  case Phase::Group:
    return buildGroup(pm, options);
  case Phase::Schedule:
    return buildSchedule(pm, options);
  case Phase::Place:
    return buildPlace(pm, options);
  case Phase::Codegen:
    return buildCodegen(pm, options);
  }
}

namespace {
/// Options, as text for shard-opt.
struct PhaseOptions : PassPipelineOptions<PhaseOptions> {
  Option<int64_t> dpReplicate{*this, "dp-replicate", llvm::cl::init(1),
                              llvm::cl::desc("ranks that replicate parameters")};
  Option<int64_t> dpShard{*this, "dp-shard", llvm::cl::init(1),
                          llvm::cl::desc("ranks that parameters are sharded over")};
  Option<int64_t> tp{*this, "tp", llvm::cl::init(1), llvm::cl::desc("tensor-parallel ranks")};
  Option<bool> sequenceParallel{*this, "sequence-parallel", llvm::cl::init(false),
                                llvm::cl::desc("split activations by their sequence between the modules of the plan")};
  Option<std::string> dtype{*this, "dtype", llvm::cl::init("float32"), llvm::cl::desc("float32, bfloat16 or float64")};
  Option<bool> reduceInBFloat16{*this, "reduce-in-bfloat16", llvm::cl::init(false),
                                llvm::cl::desc("round gradients before they are reduced")};
  Option<std::string> checkpointing{*this, "checkpointing", llvm::cl::init("none"),
                                    llvm::cl::desc("none, full, modules or every:K")};
  Option<int64_t> accumulation{*this, "accumulation", llvm::cl::init(1), llvm::cl::desc("micro batches per step")};
  Option<int64_t> prefetch{*this, "prefetch", llvm::cl::init(1), llvm::cl::desc("units gathered ahead")};

  Options get() const {
    Options options;
    options.mesh.dpReplicate = dpReplicate;
    options.mesh.dpShard = dpShard;
    options.mesh.tp = tp;
    options.sequenceParallel = sequenceParallel;
    options.paramDtype = dtype;
    options.reduceInBFloat16 = reduceInBFloat16;
    options.activationCheckpointing = checkpointing;
    options.train.accumulation = accumulation;
    options.forwardPrefetch = options.backwardPrefetch = prefetch;
    return options;
  }
};
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
  for (const PhaseInfo &info : phases) {
    // The registration keeps what it is given: one for each phase, for the life of the process.
    static std::vector<std::unique_ptr<PassPipelineRegistration<PhaseOptions>>> registrations;
    Phase phase = info.phase;
    std::string name = "shardc-" + info.name.str();
    registrations.push_back(std::make_unique<PassPipelineRegistration<PhaseOptions>>(
        name, info.invariant,
        [phase](OpPassManager &pm, const PhaseOptions &options) { buildPhase(phase, pm, options.get()); }));
  }
}

void registerDialects(DialectRegistry &registry) {
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registry.insert<nn::NNDialect, dist::DistDialect, exec::ExecDialect>();
}

} // namespace shardc
