//===- TestMoves.cpp - The derivative of the derivative of a move ------------------------------===//
#include "TestDist.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/Pass.h"
#include "shardc/Dialect/Dist/Dist.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::dist;

namespace {

RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// Builds the derivative of each move and the derivative of that, which must be a move from where the first went to, in
/// the dual placements of the second: the first again.
struct TestVJPDual : PassWrapper<TestVJPDual, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TestVJPDual)
  StringRef getArgument() const final { return "test-vjp-dual"; }
  StringRef getDescription() const final {
    return "Remarks the derivative of each move, and checks that its derivative is the move";
  }

  void runOnOperation() override {
    SmallVector<DifferentiableOpInterface> moves;
    getOperation().walk([&](DifferentiableOpInterface op) { moves.push_back(op); });
    for (DifferentiableOpInterface move : moves) {
      Operation *derivative = derive(move);
      Operation *second = derivative ? derive(cast<DifferentiableOpInterface>(derivative)) : nullptr;
      if (!second)
        return signalPassFailure();
      if (second->getName() != move->getName() || second->getOperandTypes() != move->getOperandTypes() ||
          second->getResultTypes() != move->getResultTypes()) {
        move->emitError("the derivative of the derivative must be the move, got ") << *second;
        return signalPassFailure();
      }
      InFlightDiagnostic remark = move->emitRemark()
                                  << derivative->getName() << " to " << derivative->getResult(0).getType();
      if (auto cause = derivative->getAttrOfType<StringAttr>("cause"))
        remark << ", cause " << cause;
    }
  }

  static Operation *derive(DifferentiableOpInterface move) {
    OpBuilder b(move->getContext());
    b.setInsertionPointAfter(move);
    auto cotangent =
        UnrealizedConversionCastOp::create(b, move->getLoc(), dualType(typeOf(move->getResult(0))), ValueRange());
    Value result = move.buildVJP(b, cotangent.getResults()).front();
    if (typeOf(result) != dualType(typeOf(move->getOperand(0)))) {
      move->emitError("the cotangent of the operand must be ")
          << dualType(typeOf(move->getOperand(0))) << ", got " << result.getType();
      return nullptr;
    }
    return succeeded(verify(result.getDefiningOp())) ? result.getDefiningOp() : nullptr;
  }
};

} // namespace

void test::registerTestMovesPass() {
  PassRegistration<TestVJPDual>();
}
