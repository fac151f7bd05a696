//===- ScheduleUnits.cpp - Expands parameters' chains by unit, and builds the sections ---------===//
#include "UnitSection.h"
#include "shardc/Transforms/Schedule/Passes.h"
#include "llvm/ADT/SmallSet.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "shardc-schedule-units"

namespace shardc {
#define GEN_PASS_DEF_SCHEDULEUNITSPASS
#include "shardc/Transforms/Schedule/Passes.h.inc"
} // namespace shardc

using namespace mlir;
using namespace shardc;

namespace {

struct ScheduleUnitsPass : shardc::impl::ScheduleUnitsPassBase<ScheduleUnitsPass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    auto micro = symbols.lookup<func::FuncOp>("micro"), update = symbols.lookup<func::FuncOp>("update");
    if (failed(verifyFunctions()))
      return signalPassFailure();
    if (!dist::meshOf(module)) {
      module.emitError("there is no dist.mesh");
      return signalPassFailure();
    }
    buildStates(symbols);
    KernelTable kernels(module);
    dist::Settings settings = dist::getSettings(module);
    unitOptions = {.forwardPrefetch = settings.forwardPrefetch, .backwardPrefetch = settings.backwardPrefetch};
    bool several = settings.accumulation > 1;
    if (micro && several)
      build(micro, symbols, kernels,
            {"micro", settings.accumulation - 1, /*addsGradients=*/true, /*finishesGradients=*/false, false});
    if (micro)
      build(micro, symbols, kernels, {"last", 1, /*addsGradients=*/several, /*finishesGradients=*/true, false});
    if (update)
      build(update, symbols, kernels, {"update", 1, false, false, /*clearsGradients=*/several});
    for (func::FuncOp function : {micro, update})
      if (function)
        function.erase();
  }

private:
  LogicalResult verifyFunctions() {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function.getSymName() != "micro" && function.getSymName() != "update")
        return function.emitError("function @")
               << function.getSymName() << " is no section: only @micro and @update are";
    return success();
  }

  void build(func::FuncOp function, SymbolTable &symbols, KernelTable &kernels, SectionKind kind) {
    FailureOr<UnitPlan> plan = planUnits(function, symbols, unitOptions);
    if (succeeded(plan))
      for (const UnitGather &gather : plan->gathers)
        LDBG() << "section " << kind.name << ": \"" << gather.unit.getValue() << "\" is gathered before operation "
               << gather.position << (gather.isBackward ? ", in backward" : "");
    if (failed(plan) || failed(SectionBuilder(getOperation(), symbols, kernels, *plan, kind).run()))
      signalPassFailure();
  }

  void buildStates(SymbolTable &symbols);

  UnitOptions unitOptions;
};

} // namespace

/// Returns the parts of parameters that the functions read or write; all have a value.
static llvm::SmallSet<dist::Part, 4> findParts(ModuleOp module) {
  llvm::SmallSet<dist::Part, 4> parts;
  parts.insert(dist::Part::Value);
  module.walk([&](dist::StateUserOpInterface op) {
    if (std::optional<dist::Part> part = op.getUsedPart())
      parts.insert(*part);
  });
  return parts;
}

static exec::MemoryKind kindOf(dist::Part part) {
  switch (part) {
  case dist::Part::Value:
    return exec::MemoryKind::Parameters;
  case dist::Part::Gradient:
    return exec::MemoryKind::Gradients;
  case dist::Part::Moment1:
  case dist::Part::Moment2:
    return exec::MemoryKind::Optimizer;
  }
  llvm_unreachable("not a part of a parameter");
}

static exec::MemoryKind kindOf(dist::StateKind kind) {
  switch (kind) {
  case dist::StateKind::Input:
    return exec::MemoryKind::Inputs;
  case dist::StateKind::Scalar:
    return exec::MemoryKind::Scalars;
  }
  llvm_unreachable("not a kind of state");
}

/// States of one kind lie together, in the order of their declarations.
void ScheduleUnitsPass::buildStates(SymbolTable &symbols) {
  ModuleOp module = getOperation();
  llvm::SmallSet<dist::Part, 4> parts = findParts(module);
  OpBuilder builder(module.getContext());
  // Behind the declarations, in front of kernels and functions.
  Block::iterator end =
      llvm::find_if(*module.getBody(), [](Operation &op) { return isa<exec::KernelOp, func::FuncOp>(op); });
  builder.setInsertionPoint(module.getBody(), end);
  for (unsigned i = 0; i <= dist::getMaxEnumValForPart(); ++i) {
    dist::Part part = *dist::symbolizePart(i);
    if (parts.contains(part))
      for (auto parameter : module.getOps<dist::ParameterOp>())
        exec::StateOp::create(
            builder, parameter.getLoc(), parameter.getSymName(), builder.getAttr<dist::PartAttr>(part),
            withoutEncoding(part == dist::Part::Gradient ? parameter.getAccumulatorType() : parameter.getStoredType()),
            kindOf(part));
  }
  for (auto state : module.getOps<dist::StateOp>())
    exec::StateOp::create(builder, state.getLoc(), state.getSymName(), Attribute(), withoutEncoding(state.getType()),
                          kindOf(state.getKind()));
}
