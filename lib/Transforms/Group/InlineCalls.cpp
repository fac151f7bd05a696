//===- InlineCalls.cpp - Lays the program out flat ---------------------------------------------===//
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "shardc/Transforms/EraseDead.h"
#include "shardc/Transforms/Group/Passes.h"

namespace shardc {
#define GEN_PASS_DEF_INLINECALLSPASS
#include "shardc/Transforms/Group/Passes.h.inc"
} // namespace shardc

using namespace mlir;
using namespace shardc;

namespace {

struct InlineCallsPass : shardc::impl::InlineCallsPassBase<InlineCallsPass> {
  using Base::Base;

  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    table = &symbols;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function.isPublic() && !function.isDeclaration() && failed(flatten(function)))
        return signalPassFailure();
    for (auto function : llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>()))
      if (function.isPrivate())
        function.erase();
  }

private:
  LogicalResult flatten(func::FuncOp function) {
    for (auto call : llvm::make_early_inc_range(function.getBody().front().getOps<func::CallOp>())) {
      OpBuilder builder(call);
      FailureOr<SmallVector<Value>> results = inlineCall(builder, call, llvm::to_vector(call.getOperands()));
      if (failed(results))
        return failure();
      call.replaceAllUsesWith(*results);
      call.erase();
    }
    eraseDead(function.getBody().front());
    return success();
  }

  /// Clones the callee's operations, those of the functions that it calls included, and returns what it returns.
  FailureOr<SmallVector<Value>> inlineCall(OpBuilder &builder, func::CallOp call, ValueRange operands) {
    auto callee = table->lookup<func::FuncOp>(call.getCallee());
    if (!callee || callee.isDeclaration())
      return call.emitError("there is no function @") << call.getCallee() << " to inline";
    if (!open.insert(callee).second)
      return call.emitError("function @") << call.getCallee() << " calls itself";
    IRMapping mapping;
    mapping.map(callee.getArguments(), operands);
    auto lookup = [&](Value value) { return mapping.lookup(value); };
    for (Operation &op : callee.getBody().front().without_terminator()) {
      auto inner = dyn_cast<func::CallOp>(op);
      if (!inner) {
        builder.clone(op, mapping);
        continue;
      }
      FailureOr<SmallVector<Value>> results =
          inlineCall(builder, inner, llvm::map_to_vector(inner.getOperands(), lookup));
      if (failed(results))
        return failure();
      mapping.map(inner.getResults(), *results);
    }
    open.erase(callee);
    return llvm::map_to_vector(callee.getBody().front().getTerminator()->getOperands(), lookup);
  }

  SymbolTable *table = nullptr;
  llvm::DenseSet<Operation *> open; ///< functions being inlined
};

} // namespace
