//===- PlanChains.cpp - Says where each parameter and its gradient are at every stage ----------===//
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Remarks.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "shardc/Transforms/Plan/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace shardc {
#define GEN_PASS_DEF_PLANCHAINSPASS
#include "shardc/Transforms/Plan/Passes.h.inc"

using dist::Placement;

namespace {

class ChainPlanner {
public:
  ChainPlanner(func::FuncOp forward, std::optional<bool> reshard, Type reduceType)
      : reshard(reshard), reduceType(reduceType), symbols(forward->getParentOfType<ModuleOp>()) {
    for (auto use : forward.getOps<dist::UnshardOp>())
      uses[symbols.lookup<dist::ParameterOp>(use.getSymbol())].push_back(use);
  }

  LogicalResult run() {
    StringAttr last = findLastUnit();
    for (auto &[parameter, unshards] : uses) {
      bool isParked = reshard ? !*reshard : (parameter.getUnit().empty() || parameter.getUnitAttr() == last);
      if (isMoved(parameter)) {
        remarkParking(parameter, isParked);
        if (isParked && failed(parkAsComputed(parameter, unshards)))
          return failure();
      }
      for (dist::UnshardOp use : unshards)
        parameter.accumulatePartial(Placement::of(*use.getComputed()).copied);
      if (reduceType)
        parameter.setReduceTypeAttr(TypeAttr::get(reduceType));
    }
    return success();
  }

private:
  /// Says whether a parameter stays as it is computed for the backward pass, and why.
  void remarkParking(dist::ParameterOp parameter, bool isParked) {
    StringRef reason = reshard && *reshard           ? "the recipe reshards after forward"
                       : reshard                     ? "the recipe does not reshard after forward"
                       : !isParked                   ? "other units follow in the forward pass"
                       : parameter.getUnit().empty() ? "the root is used first and last"
                                                     : "its unit is the last of the forward pass";
    remark::analysis(parameter.getLoc(), remark::RemarkOpts::name("parked").category("plan")) << remark::add(
        "{0} {1}: {2}", parameter.getSymName().str(),
        isParked ? "stays gathered for the backward pass" : "is gathered again in the backward pass", reason.str());
  }

  /// Returns true if it takes a gather or a cast to compute with what is held.
  bool isMoved(dist::ParameterOp parameter) {
    Placement held = Placement::of(parameter.getHeldType());
    return llvm::any_of(uses[parameter], [&](dist::UnshardOp use) {
      return held.dims != Placement::of(*use.getComputed()).dims ||
             getElementTypeOrSelf(use.getType()) != parameter.getHeldType().getElementType();
    });
  }

  /// Returns the unit, of those that are gathered, that comes last in the forward pass and so first in the backward
  /// pass; null if there is none but the root.
  StringAttr findLastUnit() {
    StringAttr last;
    llvm::SetVector<StringAttr> seen;
    for (auto &[parameter, unshards] : uses)
      if (!parameter.getUnit().empty() && isMoved(parameter) && seen.insert(parameter.getUnitAttr()))
        last = parameter.getUnitAttr();
    return last;
  }

  LogicalResult parkAsComputed(dist::ParameterOp parameter, ArrayRef<dist::UnshardOp> unshards) {
    dist::UnshardOp first = unshards.front();
    auto stageOf = [](dist::UnshardOp use) {
      return dist::StageAttr::get(use.getContext(), getElementTypeOrSelf(use.getType()), *use.getComputed());
    };
    for (dist::UnshardOp use : unshards.drop_front())
      if (stageOf(use) != stageOf(first)) {
        InFlightDiagnostic diag =
            use.emitOpError("a parameter that is kept for the backward pass and computed in two ways is not supported "
                            "yet: this use is ")
            << stageOf(use);
        diag.attachNote(first.getLoc()) << "another use is " << stageOf(first);
        return diag;
      }
    parameter.setParkedAttr(stageOf(first));
    return success();
  }

  /// Whether units are parked as they are stored, and gathered again in the backward pass; all but the last and the
  /// root if it is not said.
  std::optional<bool> reshard;
  Type reduceType;
  SymbolTable symbols;
  /// Uses of each parameter, in the order of the first ones.
  llvm::MapVector<dist::ParameterOp, SmallVector<dist::UnshardOp>> uses;
};

struct PlanChainsPass : impl::PlanChainsPassBase<PlanChainsPass> {
  using PlanChainsPassBase::PlanChainsPassBase;

  void runOnOperation() override {
    if (failed(plan()))
      signalPassFailure();
  }

private:
  LogicalResult plan() {
    ModuleOp module = getOperation();
    auto forward = module.lookupSymbol<func::FuncOp>("forward");
    if (!forward || forward.isExternal())
      return module.emitError("has no function @forward");
    for (auto use : forward.getOps<dist::UnshardOp>())
      if (!use.getComputed())
        return use.emitOpError("has no computed placement, so its parameter's chain cannot be planned");
    dist::Settings settings = dist::getSettings(module);
    bool reducesNarrow = settings.getReduceDtype() == dist::FloatKind::BFloat16;
    return ChainPlanner(forward, settings.reshardAfterForward,
                        reducesNarrow ? BFloat16Type::get(&getContext()) : Type())
        .run();
  }
};

} // namespace
} // namespace shardc
