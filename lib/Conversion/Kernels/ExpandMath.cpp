//===- ExpandMath.cpp - Writes functions of float32 as polynomials -----------------------------===//
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "shardc/Conversion/Kernels/Passes.h"
#include "llvm/ADT/StringSet.h"

namespace shardc {
#define GEN_PASS_DEF_EXPANDMATHPASS
#include "shardc/Conversion/Kernels/Passes.h.inc"
} // namespace shardc

using namespace mlir;
using namespace shardc;

/// Functions whose polynomial is good to a few units in the last place. That of sine and cosine loses digits where the
/// argument is larger than a few periods.
static bool hasGoodPolynomial(StringRef name) {
  static const llvm::StringSet<> names = {math::ExpOp::getOperationName(),  math::ExpM1Op::getOperationName(),
                                          math::LogOp::getOperationName(),  math::Log1pOp::getOperationName(),
                                          math::Log2Op::getOperationName(), math::TanhOp::getOperationName(),
                                          math::ErfOp::getOperationName(),  math::ErfcOp::getOperationName()};
  return names.contains(name);
}

namespace {

class ExpandMath : public shardc::impl::ExpandMathPassBase<ExpandMath> {
public:
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet polynomials(context), calls(context);
    populateMathPolynomialApproximationPatterns(polynomials, hasGoodPolynomial);
    populateMathToLibmConversionPatterns(calls);
    approximate = std::move(polynomials);
    call = std::move(calls);
    return success();
  }

  void runOnOperation() override {
    walkAndApplyPatterns(getOperation(), approximate);
    // What is left of these has no LLVM intrinsic, or one that is expanded without care for small arguments.
    ConversionTarget target(getContext());
    target.addIllegalOp<math::ErfOp, math::ErfcOp, math::ExpM1Op, math::Log1pOp>();
    target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
    if (failed(applyPartialConversion(getOperation(), target, call)))
      signalPassFailure();
  }

private:
  FrozenRewritePatternSet approximate, call;
};

} // namespace
