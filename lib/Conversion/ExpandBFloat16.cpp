//===- ExpandBFloat16.cpp - Conversions of bfloat16 as operations on bits ------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "shardc/Conversion/Passes.h"

namespace shardc {
#define GEN_PASS_DEF_EXPANDBFLOAT16PASS
#include "shardc/Conversion/Passes.h.inc"
} // namespace shardc

using namespace mlir;
using namespace shardc;

namespace {

class ExpandBFloat16 : public shardc::impl::ExpandBFloat16PassBase<ExpandBFloat16> {
public:
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet all(context);
    arith::populateExpandBFloat16Patterns(all);
    patterns = std::move(all);
    return success();
  }

  void runOnOperation() override { walkAndApplyPatterns(getOperation(), patterns); }

private:
  FrozenRewritePatternSet patterns;
};

} // namespace
