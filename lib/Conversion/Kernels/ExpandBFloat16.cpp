//===- ExpandBFloat16.cpp - Conversions of bfloat16 as operations on bits ----------------------===//
//
// What is left of bfloat16 are loads, stores and selections, for which 16 bits do. LLVM would take the type through
// float32 there, and call a function for the way back that programs do not have.
//
//=== ------------------------------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "shardc/Conversion/Kernels/Passes.h"
#include "shardc/Dialect/Exec/Exec.h"

namespace shardc {
#define GEN_PASS_DEF_EXPANDBFLOAT16PASS
#include "shardc/Conversion/Kernels/Passes.h.inc"
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

  void runOnOperation() override {
    FailureOr<exec::TargetAttr> target = exec::requireTarget(getOperation());
    if (failed(target))
      return signalPassFailure();
    if (target->isCuda())
      return markAllAnalysesPreserved(); // GPUs have the conversions
    walkAndApplyPatterns(getOperation(), patterns);
    Type bits = IntegerType::get(&getContext(), 16);
    AttrTypeReplacer replacer;
    replacer.addReplacement([&](BFloat16Type) { return bits; });
    replacer.addReplacement([&](FloatAttr number) -> std::optional<Attribute> {
      if (!number.getType().isBF16())
        return std::nullopt;
      return IntegerAttr::get(bits, number.getValue().bitcastToAPInt());
    });
    replacer.addReplacement([&](DenseElementsAttr numbers) -> std::optional<std::pair<Attribute, WalkResult>> {
      if (!numbers.getElementType().isBF16())
        return std::nullopt;
      return std::pair<Attribute, WalkResult>(numbers.bitcast(bits), WalkResult::skip());
    });
    replacer.recursivelyReplaceElementsIn(getOperation(), /*replaceAttrs=*/true, /*replaceLocs=*/false,
                                          /*replaceTypes=*/true);
  }

private:
  FrozenRewritePatternSet patterns;
};

} // namespace
