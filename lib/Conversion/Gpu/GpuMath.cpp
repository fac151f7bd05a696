//===- GpuMath.cpp - Writes functions of float32 for the GPU's own approximations --------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "shardc/Conversion/Gpu/Passes.h"
#include "shardc/Dialect/Exec/Exec.h"
#include <cmath>

namespace shardc {
#define GEN_PASS_DEF_GPUMATHPASS
#include "shardc/Conversion/Gpu/Passes.h.inc"
} // namespace shardc

using namespace mlir;
using namespace shardc;

static bool isFloat32(Type type) {
  return getElementTypeOrSelf(type).isF32();
}

/// Returns a constant of a float, or of a vector of them.
static Value constant(OpBuilder &b, Location loc, Type type, double number) {
  TypedAttr one = b.getFloatAttr(getElementTypeOrSelf(type), number);
  if (auto vector = dyn_cast<VectorType>(type))
    one = DenseElementsAttr::get(vector, cast<Attribute>(one));
  return arith::ConstantOp::create(b, loc, one);
}

namespace {

/// exp(x) = 2^t * 2^(x * log2(e) - t), where t is x * log2(e) rounded: the hardware has 2^t, and what was rounded off
/// t, the more the larger x is, gives the second factor.
struct ExpandExp : OpRewritePattern<math::ExpOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::ExpOp op, PatternRewriter &b) const override {
    Type type = op.getType();
    if (!isFloat32(type))
      return failure();
    Location loc = op.getLoc();
    double log2e = 1 / std::log(2.0);
    float high = static_cast<float>(log2e);
    // Beyond these the result is 0 or infinite all the same, and no difference of infinities comes up.
    Value x = arith::MaximumFOp::create(b, loc, op.getOperand(), constant(b, loc, type, -200));
    x = arith::MinimumFOp::create(b, loc, x, constant(b, loc, type, 200));
    Value scale = constant(b, loc, type, high);
    Value t = arith::MulFOp::create(b, loc, x, scale);
    Value rest = math::FmaOp::create(b, loc, x, scale, arith::NegFOp::create(b, loc, t));
    rest = math::FmaOp::create(b, loc, x, constant(b, loc, type, log2e - high), rest);
    Value power = math::Exp2Op::create(b, loc, t);
    Value correction =
        math::FmaOp::create(b, loc, rest, constant(b, loc, type, std::log(2.0)), constant(b, loc, type, 1));
    b.replaceOpWithNewOp<arith::MulFOp>(op, power, correction);
    return success();
  }
};

class GpuMath : public shardc::impl::GpuMathPassBase<GpuMath> {
public:
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet set(context);
    set.add<ExpandExp>(context);
    patterns = std::move(set);
    return success();
  }

  void runOnOperation() override {
    FailureOr<exec::TargetAttr> target = exec::requireTarget(getOperation());
    if (failed(target))
      return signalPassFailure();
    if (!target->isCuda())
      return markAllAnalysesPreserved();
    walkAndApplyPatterns(getOperation(), patterns);
    getOperation()->walk([](arith::DivFOp op) {
      // Right to two units in the last place, instead of a subroutine.
      if (isFloat32(op.getType()))
        op.setFastmath(op.getFastmath() | arith::FastMathFlags::afn | arith::FastMathFlags::arcp);
    });
  }

private:
  FrozenRewritePatternSet patterns;
};

} // namespace
