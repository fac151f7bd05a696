//===- VerifyPlacements.cpp - Checks every placement against the rules ------------------------------------------------------------------------===//
#include "shardc/Transforms/Passes.h"

using namespace mlir;

namespace shardc {
#define GEN_PASS_DEF_VERIFYPLACEMENTSPASS
#include "shardc/Transforms/Passes.h.inc"

using dist::Placement;

namespace {

/// The results of a computing operation are what its rule makes of its operands.
LogicalResult verifyRuled(ShardingRuleOpInterface op) {
  // Without operands there is nothing to infer from: zeros, the one such operation, are zeros in every placement.
  if (op->getNumOperands() == 0)
    return success();
  ShardingRule rule = op.getShardingRule();
  SmallVector<Placement> operands = llvm::map_to_vector(op->getOperandTypes(), [](Type type) { return Placement::of(type); });
  SmallVector<Placement> results = llvm::map_to_vector(op->getResultTypes(), [](Type type) { return Placement::of(type); });
  if (failed(dist::inferPlacements(op, rule, operands, results)))
    return failure();
  for (auto [i, inferred] : llvm::enumerate(results)) {
    Placement stated = Placement::of(op->getResult(i).getType());
    // Sizes come from types, which the operation's own verifier compares.
    inferred.sizes = stated.sizes;
    if (!(inferred == stated))
      return op->emitOpError("result ") << i << " is " << stated.toAttr(op->getContext()) << ", but its operands make it " << inferred.toAttr(op->getContext());
  }
  return success();
}

/// A gradient that is accumulated is the dual of a placement that the parameter's chain reaches.
LogicalResult verifyAccumulate(dist::AccumulateOp op, dist::ParameterOp parameter, dist::MeshOp mesh) {
  Placement stored = Placement::of(parameter.getStoredType()), gradient = Placement::of(op.getGradient().getType());
  for (auto axis : mesh.getAxes().getAsRange<StringAttr>()) {
    if (*mesh.getAxisSize(axis) == 1)
      continue;
    Placement::Kind is = gradient.kind(axis), owned = stored.kind(axis);
    bool kept = is == owned && stored.dimOf(axis) == gradient.dimOf(axis);
    if (!kept && is != Placement::P)
      return op.emitOpError("gradient of ") << parameter.getSymName() << " is " << dist::letter(is) << " on " << axis << " and stored " << dist::letter(owned)
                                            << "; it must be the same, or P, which is reduced";
  }
  return success();
}

struct VerifyPlacementsPass : impl::VerifyPlacementsPassBase<VerifyPlacementsPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    dist::MeshOp mesh = dist::meshOf(module);
    WalkResult result = module.walk([&](Operation *op) -> WalkResult {
      if (auto ruled = dyn_cast<ShardingRuleOpInterface>(op))
        return verifyRuled(ruled);
      if (auto accumulate = dyn_cast<dist::AccumulateOp>(op))
        return verifyAccumulate(accumulate, symbols.lookup<dist::ParameterOp>(accumulate.getSymbol()), mesh);
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
    markAllAnalysesPreserved();
  }
};

} // namespace
} // namespace shardc
