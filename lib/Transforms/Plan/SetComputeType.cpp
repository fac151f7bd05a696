//===- SetComputeType.cpp - Computes in a narrower type than parameters are stored in ----------===//
//
// Types flow from the parameters through the functions, each of which is seen once, from its first call.
//
//=== ------------------------------------------------------------------------------------------===//
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "shardc/Transforms/Plan/Passes.h"

using namespace mlir;

namespace shardc {
#define GEN_PASS_DEF_SETCOMPUTETYPEPASS
#include "shardc/Transforms/Plan/Passes.h.inc"

namespace {

/// Returns the element type of a tensor of floats, or null.
Type floatTypeOf(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && isa<FloatType>(type.getElementType()) ? type.getElementType() : Type();
}

void setElementType(Value value, Type elementType) {
  value.setType(cast<RankedTensorType>(value.getType()).clone(elementType));
}

class TypeFlow {
public:
  TypeFlow(ModuleOp module, Type computed) : computed(computed), symbols(module) {}

  LogicalResult run(func::FuncOp function) {
    Block &body = function.getBody().front();
    for (Operation &op : body)
      if (failed(visit(op)))
        return failure();
    function.setFunctionType(
        FunctionType::get(function.getContext(), body.getArgumentTypes(), body.getTerminator()->getOperandTypes()));
    return success();
  }

private:
  LogicalResult visit(Operation &op) {
    if (auto call = dyn_cast<func::CallOp>(op))
      return visitCall(call);
    if (auto unshard = dyn_cast<dist::UnshardOp>(op)) {
      setElementType(unshard.getResult(), computed);
      return success();
    }
    Type operandType;
    for (Value operand : op.getOperands())
      if (operandType = floatTypeOf(operand); operandType)
        break;
    if (!operandType)
      return success();
    auto precision = dyn_cast<PrecisionOpInterface>(op);
    for (auto [number, result] : llvm::enumerate(op.getResults()))
      if (floatTypeOf(result))
        setElementType(result, precision ? precision.getResultElementType(number, operandType) : operandType);
    return success();
  }

  LogicalResult visitCall(func::CallOp call) {
    auto callee = symbols.lookup<func::FuncOp>(call.getCallee());
    if (!callee || callee.isExternal())
      return call.emitError("calls @") << call.getCallee() << ", which has no body";
    if (seen.insert(callee).second) {
      for (auto [argument, operand] : llvm::zip(callee.getArguments(), call.getOperands()))
        argument.setType(operand.getType());
      if (failed(run(callee)))
        return failure();
    }
    for (auto [type, operand] : llvm::zip(callee.getArgumentTypes(), call.getOperands()))
      if (type != operand.getType())
        return call.emitError("calls @") << call.getCallee() << " with a value of type " << operand.getType()
                                         << ", and another call with one of type " << type;
    for (auto [result, type] : llvm::zip(call.getResults(), callee.getResultTypes()))
      result.setType(type);
    return success();
  }

  Type computed;
  SymbolTable symbols;
  llvm::DenseSet<Operation *> seen;
};

struct SetComputeTypePass : impl::SetComputeTypePassBase<SetComputeTypePass> {
  using SetComputeTypePassBase::SetComputeTypePassBase;

  void runOnOperation() override {
    if (dist::getSettings(getOperation()).paramDtype != dist::FloatKind::BFloat16)
      return markAllAnalysesPreserved();
    auto forward = getOperation().lookupSymbol<func::FuncOp>("forward");
    if (!forward || forward.isExternal()) {
      getOperation().emitError("has no function @forward");
      return signalPassFailure();
    }
    if (failed(TypeFlow(getOperation(), BFloat16Type::get(&getContext())).run(forward)))
      signalPassFailure();
  }
};

} // namespace
} // namespace shardc
