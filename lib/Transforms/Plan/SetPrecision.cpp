//===- SetPrecision.cpp - One floating-point type for the whole model --------------------------===//
//
// Replaces element types of tensors wherever a type occurs: values, declared parameters, signatures.
//
//=== ------------------------------------------------------------------------------------------===//
#include "mlir/IR/AttrTypeSubElements.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "shardc/Transforms/Plan/Passes.h"

using namespace mlir;

namespace shardc {
#define GEN_PASS_DEF_SETPRECISIONPASS
#include "shardc/Transforms/Plan/Passes.h.inc"

namespace {
struct SetPrecisionPass : impl::SetPrecisionPassBase<SetPrecisionPass> {
  using SetPrecisionPassBase::SetPrecisionPassBase;

  void runOnOperation() override {
    if (dist::getSettings(getOperation()).getStoredDtype() != dist::FloatKind::Float64)
      return markAllAnalysesPreserved();
    Type wide = Float64Type::get(&getContext());
    AttrTypeReplacer replacer;
    replacer.addReplacement([&](RankedTensorType type) -> std::optional<Type> {
      if (!isa<Float32Type, BFloat16Type>(type.getElementType()))
        return std::nullopt;
      return type.clone(wide);
    });
    replacer.recursivelyReplaceElementsIn(getOperation(), /*replaceAttrs=*/true, /*replaceLocs=*/false,
                                          /*replaceTypes=*/true);
  }
};
} // namespace
} // namespace shardc
