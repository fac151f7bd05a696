//===- ScheduleUnits.cpp - Expands parameters' chains by unit, and builds the sections ---------===//
#include "UnitSection.h"
#include "shardc/Transforms/Schedule/Passes.h"
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
    if (failed(readOptions()) || failed(verifyFunctions()))
      return signalPassFailure();
    if (!dist::meshOf(module)) {
      module.emitError("there is no dist.mesh");
      return signalPassFailure();
    }
    buildStates(symbols);
    KernelTable kernels(module);
    bool several = accumulation > 1;
    if (micro && several)
      build(micro, symbols, kernels,
            {"micro", accumulation - 1, /*addsGradients=*/true, /*finishesGradients=*/false, false});
    if (micro)
      build(micro, symbols, kernels, {"last", 1, /*addsGradients=*/several, /*finishesGradients=*/true, false});
    if (update)
      build(update, symbols, kernels, {"update", 1, false, false, /*clearsGradients=*/several});
    for (func::FuncOp function : {micro, update})
      if (function)
        function.erase();
  }

private:
  LogicalResult readOptions() {
    if (accumulation < 1 || forwardPrefetch < 0 || backwardPrefetch < 0)
      return getOperation().emitError("accumulation must be positive, and prefetch depths not negative");
    unitOptions = {forwardPrefetch, backwardPrefetch};
    return success();
  }

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
static llvm::DenseSet<StringRef> findParts(ModuleOp module) {
  llvm::DenseSet<StringRef> parts = {"value"};
  module.walk([&](Operation *op) {
    if (isa<dist::AccumulateOp>(op))
      parts.insert("gradient");
    else if (auto part = op->getAttrOfType<StringAttr>("part"); part && isa<dist::ReadOp, dist::WriteOp>(op))
      parts.insert(part.getValue());
  });
  return parts;
}

/// States of one kind lie together, in the order of their declarations.
void ScheduleUnitsPass::buildStates(SymbolTable &symbols) {
  ModuleOp module = getOperation();
  llvm::DenseSet<StringRef> parts = findParts(module);
  OpBuilder builder(module.getContext());
  auto build = [&](Location loc, StringRef name, StringRef part, Type type, StringRef kind) {
    exec::StateOp::create(builder, loc, builder.getStringAttr(name), builder.getStringAttr(part),
                          TypeAttr::get(withoutEncoding(type)), builder.getStringAttr(kind), /*offset=*/nullptr);
  };
  // Behind the declarations, in front of kernels and functions.
  Block::iterator end =
      llvm::find_if(*module.getBody(), [](Operation &op) { return isa<exec::KernelOp, func::FuncOp>(op); });
  builder.setInsertionPoint(module.getBody(), end);
  std::pair<StringRef, StringRef> kinds[] = {
      {"value", "parameters"}, {"gradient", "gradients"}, {"moment1", "optimizer"}, {"moment2", "optimizer"}};
  for (auto [part, kind] : kinds)
    if (parts.contains(part))
      for (auto parameter : module.getOps<dist::ParameterOp>())
        build(parameter.getLoc(), parameter.getSymName(), part,
              part == "gradient" ? parameter.getAccumulatorType() : parameter.getStoredType(), kind);
  for (auto state : module.getOps<dist::StateOp>())
    build(state.getLoc(), state.getSymName(), "", state.getType(), state.getKind() == "input" ? "inputs" : "scalars");
}
