//===- VerifyPlacements.cpp - Checks every placement against the rules -------------------------===//
#include "shardc/Transforms/Partition/Passes.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace shardc {
#define GEN_PASS_DEF_VERIFYPLACEMENTSPASS
#include "shardc/Transforms/Partition/Passes.h.inc"

using dist::Placement;

namespace {

/// `S in dimension 1`, or the letter of another placement.
std::string describe(const Placement &placement, StringAttr axis) {
  std::string text(1, dist::letter(placement.kind(axis)));
  int64_t dim = placement.dimOf(axis);
  return dim < 0 ? text : text + " in dimension " + std::to_string(dim);
}

/// Checks that a result has the placement that its operands give it.
LogicalResult verifyResult(Operation *op, unsigned number, const Placement &inferred, dist::MeshOp mesh) {
  Placement stated = Placement::of(op->getResult(number).getType());
  for (auto axis : mesh.getAxes().getAsRange<StringAttr>()) {
    std::string is = describe(stated, axis), expected = describe(inferred, axis);
    if (is != expected)
      return op->emitOpError("result ") << number << " is " << is << " on " << axis << ", but its operands make it "
                                        << expected;
  }
  // Sizes come from types, which the operation's own verifier compares.
  if (stated.dims != inferred.dims)
    return op->emitOpError("result ") << number << " has the axes of a dimension in another order than its operands";
  return success();
}

/// The results of a computing operation are what its rule makes of its operands.
LogicalResult verifyRuled(ShardingRuleOpInterface op, dist::MeshOp mesh) {
  // Without operands there is nothing to infer from: zeros, the one such operation, are zeros in every placement.
  if (op->getNumOperands() == 0)
    return success();
  SmallVector<Placement> operands =
      llvm::map_to_vector(op->getOperandTypes(), [](Type type) { return Placement::of(type); });
  SmallVector<Placement> results =
      llvm::map_to_vector(op->getResultTypes(), [](Type type) { return Placement::of(type); });
  if (failed(dist::inferPlacements(op, op.getShardingRule(), operands, results)))
    return failure();
  for (auto [i, inferred] : llvm::enumerate(results))
    if (mesh && failed(verifyResult(op, i, inferred, mesh)))
      return failure();
  return success();
}

/// A gradient that is accumulated is the dual of one of the parameter's uses; without the reduction that the use's
/// other operands take it is not.
LogicalResult verifyDual(dist::AccumulateOp op, ArrayRef<dist::UnshardOp> uses) {
  Placement gradient = Placement::of(op.getGradient().getType());
  auto isDual = [&](dist::UnshardOp use) { return Placement::of(use.getType()).dual() == gradient; };
  if (uses.empty() || llvm::any_of(uses, isDual))
    return success();
  InFlightDiagnostic diag = op.emitOpError("gradient of ") << op.getSymbol() << " is the dual of none of its uses";
  for (dist::UnshardOp use : uses)
    diag.attachNote(use.getLoc()) << "used here as " << use.getType() << ", whose gradient is "
                                  << dist::dualType(cast<RankedTensorType>(use.getType()));
  return diag;
}

/// The uses of a parameter, and the gradients and the reads of its accumulator.
struct ParameterUses {
  SmallVector<dist::UnshardOp> unshards;
  SmallVector<dist::AccumulateOp> gradients;
  dist::ReadOp gradientRead; ///< one of those that the optimizer makes, or null
};

/// What is read of an accumulator holds a gradient of every use.
LogicalResult verifyComplete(ParameterUses &of) {
  if (!of.gradientRead)
    return success();
  SmallVector<dist::AccumulateOp> unmatched(of.gradients);
  for (dist::UnshardOp use : of.unshards) {
    Placement dual = Placement::of(use.getType()).dual();
    auto *gradient = llvm::find_if(
        unmatched, [&](dist::AccumulateOp op) { return Placement::of(op.getGradient().getType()) == dual; });
    if (gradient != unmatched.end()) {
      unmatched.erase(gradient);
      continue;
    }
    InFlightDiagnostic diag = use.emitOpError("is used, but no dist.accumulate adds its gradient to that of ")
                              << use.getSymbolAttr();
    diag.attachNote(of.gradientRead.getLoc()) << "the gradient is read here";
    return diag;
  }
  return success();
}

struct VerifyPlacementsPass : impl::VerifyPlacementsPassBase<VerifyPlacementsPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    dist::MeshOp mesh = dist::meshOf(module);
    llvm::MapVector<StringAttr, ParameterUses> uses = collectUses(module);
    WalkResult result = module.walk([&](Operation *op) -> WalkResult {
      if (auto ruled = dyn_cast<ShardingRuleOpInterface>(op))
        return verifyRuled(ruled, mesh);
      auto accumulate = dyn_cast<dist::AccumulateOp>(op);
      if (accumulate && failed(verifyDual(accumulate, uses[accumulate.getSymbolAttr().getAttr()].unshards)))
        return WalkResult::interrupt();
      return WalkResult::advance();
    });
    bool isComplete = llvm::all_of(uses, [](auto &entry) { return succeeded(verifyComplete(entry.second)); });
    if (result.wasInterrupted() || !isComplete)
      signalPassFailure();
    markAllAnalysesPreserved();
  }

private:
  static llvm::MapVector<StringAttr, ParameterUses> collectUses(ModuleOp module) {
    llvm::MapVector<StringAttr, ParameterUses> uses;
    module.walk([&](dist::StateUserOpInterface op) {
      ParameterUses &of = uses[op.getSymbolAttr().getAttr()];
      if (auto unshard = dyn_cast<dist::UnshardOp>(op.getOperation()))
        of.unshards.push_back(unshard);
      if (auto gradient = dyn_cast<dist::AccumulateOp>(op.getOperation()))
        of.gradients.push_back(gradient);
      if (auto read = dyn_cast<dist::ReadOp>(op.getOperation()); read && read.getPart() == dist::Part::Gradient)
        of.gradientRead = read;
    });
    return uses;
  }
};

} // namespace
} // namespace shardc
