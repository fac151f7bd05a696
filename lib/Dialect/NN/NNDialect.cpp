//===- NNDialect.cpp - The nn dialect ----------------------------------------------------------===//
#include "Optimizer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectImplementation.h"
#include "shardc/Dialect/NN/NN.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace shardc;

#include "shardc/Dialect/NN/NNDialect.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "shardc/Dialect/NN/NNAttrs.cpp.inc"
#define GET_OP_CLASSES
#include "shardc/Dialect/NN/NNOps.cpp.inc"

/// The name of the module's attribute.
static constexpr StringRef modelName = "nn.model";

void nn::NNDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "shardc/Dialect/NN/NNAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "shardc/Dialect/NN/NNOps.cpp.inc"
      >();
  addTrainingInterface(*this);
}

//===- What a module says of its model ---------------------------------------------------------===//

void nn::setModel(mlir::ModuleOp module, ModelAttr model) {
  module->setAttr(modelName, model);
}

LogicalResult nn::NNDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  if (attribute.getName() != modelName)
    return op->emitError("there is no attribute '") << attribute.getName().getValue() << "'";
  if (!isa<ModelAttr>(attribute.getValue()) || !isa<mlir::ModuleOp>(op))
    return op->emitError("nn.model must be #nn.model of a module, got ")
           << attribute.getValue() << " on " << op->getName();
  return success();
}

LogicalResult nn::ModelAttr::verify(function_ref<InFlightDiagnostic()> emitError, FlatSymbolRefAttr, int64_t vocabSize,
                                    FloatAttr initializerRange, DictionaryAttr tpPlan, DictionaryAttr tpPlanHf,
                                    DictionaryAttr, StringAttr) {
  if (vocabSize < 1) // C1
    return emitError() << "vocab_size must be positive, got " << vocabSize;
  double range = initializerRange.getValueAsDouble();
  if (!std::isfinite(range) || range < 0) // C2
    return emitError() << "initializer_range must be a number that is not negative, got " << range;
  for (DictionaryAttr plan : {tpPlan, tpPlanHf})
    for (NamedAttribute rule : plan ? plan.getValue() : ArrayRef<NamedAttribute>())
      if (!isa<StringAttr>(rule.getValue())) // C3
        return emitError() << "the style of " << rule.getName() << " must be a name, got " << rule.getValue();
  return success();
}
