//===- TestInference.cpp - What a rule makes of placements, and what sizes shards have ---------===//
#include "TestDist.h"
#include "mlir/Pass/Pass.h"
#include "shardc/Dialect/Dist/Dist.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::dist;

namespace {

/// Infers for each operation with a `rule`; `whole`, `custom`, `linear` and `hints` are attributes beside it.
struct TestInferPlacements : PassWrapper<TestInferPlacements, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TestInferPlacements)
  StringRef getArgument() const final { return "test-infer-placements"; }
  StringRef getDescription() const final {
    return "Remarks the inferred type of each result of an operation with a rule";
  }

  void runOnOperation() override {
    getOperation().walk([&](Operation *op) {
      if (op->hasAttr("rule") && failed(infer(op)))
        signalPassFailure();
    });
  }

  static ShardingRule ruleOf(Operation *op) {
    ShardingRule rule = ShardingRule::parse(op->getAttrOfType<StringAttr>("rule"));
    if (auto whole = op->getAttrOfType<StringAttr>("whole"))
      rule.whole(whole);
    if (auto custom = op->getAttrOfType<StringAttr>("custom"))
      rule.custom(custom);
    if (auto linear = op->getAttrOfType<ArrayAttr>("linear"))
      for (auto set : linear.getAsRange<DenseI64ArrayAttr>())
        rule.linearIn(
            llvm::map_to_vector(set.asArrayRef(), [](int64_t operand) { return static_cast<unsigned>(operand); }));
    return rule;
  }

  static LogicalResult infer(Operation *op) {
    auto operands = llvm::map_to_vector(op->getOperandTypes(), [](Type type) { return Placement::of(type); });
    SmallVector<Placement> results;
    if (auto hints = op->getAttrOfType<ArrayAttr>("hints"))
      for (auto hint : hints.getAsRange<ShardingAttr>())
        results.push_back(Placement::of(hint));
    if (failed(inferPlacements(op, ruleOf(op), operands, results)))
      return failure();
    InFlightDiagnostic remark = op->emitRemark();
    llvm::interleaveComma(llvm::zip_equal(op->getResultTypes(), results), remark, [&](auto result) {
      remark << withPlacement(withoutEncoding(std::get<0>(result)), std::get<1>(result));
    });
    return success();
  }
};

/// Answers each operation with a `size` and `axes`, their sizes.
struct TestLocalSize : PassWrapper<TestLocalSize, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TestLocalSize)
  StringRef getArgument() const final { return "test-local-size"; }
  StringRef getDescription() const final { return "Remarks the local size of each operation's size over its axes"; }

  void runOnOperation() override {
    getOperation().walk([](Operation *op) {
      auto size = op->getAttrOfType<IntegerAttr>("size");
      auto axes = op->getAttrOfType<DenseI64ArrayAttr>("axes");
      if (size && axes)
        op->emitRemark() << localSize(size.getInt(), axes.asArrayRef());
    });
  }
};

} // namespace

void test::registerTestInferencePasses() {
  PassRegistration<TestInferPlacements>();
  PassRegistration<TestLocalSize>();
}
