//===- Recompute.cpp - Instantiates recomputation ----------------------------------------------===//
//
// A residual that is marked `recompute` is no longer returned by the forward function. The backward function computes
// it, by clones of the forward operations that lead to it from operands and kept residuals. Each clone stands just
// before the first operation that needs it, so that no more of them are live at a time than must be.
//
//=== ------------------------------------------------------------------------------------------===//
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "shardc/Transforms/Group/Passes.h"
#include "llvm/ADT/SetVector.h"

namespace shardc {
#define GEN_PASS_DEF_RECOMPUTEPASS
#include "shardc/Transforms/Group/Passes.h.inc"
} // namespace shardc

using namespace mlir;
using namespace shardc;

namespace {

/// The calls of one forward function, each with the call of the backward function that takes its residuals.
using CallPairs = SmallVector<std::pair<func::CallOp, func::CallOp>>;

/// Moves the recomputation of one forward function's residuals into its backward function.
class Instantiation {
public:
  Instantiation(func::FuncOp forward, func::FuncOp backward, CallPairs calls)
      : forward(forward), backward(backward), calls(std::move(calls)) {}

  LogicalResult run();

private:
  LogicalResult findResiduals();
  LogicalResult collectRecipe(Value value, llvm::SetVector<Operation *> &recipe);
  Value buildInput(Value value);
  LogicalResult buildClones(Operation *user, Value residual);
  void replaceCalls();

  bool isRecomputed(unsigned result) { return dist::getResidual(forward, result) == dist::Residual::Recompute; }
  Value returnedBy(unsigned result) { return forward.getBody().front().getTerminator()->getOperand(result); }

  func::FuncOp forward, backward;
  CallPairs calls;
  llvm::MapVector<unsigned, unsigned>
      residuals;                        ///< operand of the backward function -> result of the forward one, recomputed
  llvm::DenseMap<Value, unsigned> kept; ///< values of the forward function -> its result
  SmallVector<Value> inputs;            ///< values of the forward function that are new operands of the backward one
  unsigned numOperands = 0;             ///< of the backward function, before
  IRMapping mapping;                    ///< from the forward function's values to the backward one's
};

} // namespace

/// Every call of the backward function must take the same results of the forward one.
LogicalResult Instantiation::findResiduals() {
  auto resultOf = [](Value operand, func::CallOp call) -> std::optional<unsigned> {
    auto result = dyn_cast<OpResult>(operand);
    return result && result.getOwner() == call ? std::optional(result.getResultNumber()) : std::nullopt;
  };
  for (unsigned i = 0; i < numOperands; ++i) {
    auto first = resultOf(calls.front().second.getOperand(i), calls.front().first);
    if (!first || !isRecomputed(*first))
      continue;
    residuals[i] = *first;
    for (auto &[forwardCall, backwardCall] : calls)
      if (resultOf(backwardCall.getOperand(i), forwardCall) != first)
        return backwardCall.emitError("operand ") << i << " of @" << backward.getName() << " must be result " << *first
                                                  << " of @" << forward.getName() << ", as in other calls";
  }
  if (residuals.contains(numOperands - 1))
    return backward.emitError("must take a cotangent behind its residuals: recomputation begins when it arrives");
  return success();
}

LogicalResult Instantiation::run() {
  numOperands = backward.getNumArguments();
  if (failed(findResiduals()))
    return failure();
  for (unsigned result = 0; result < forward.getNumResults(); ++result)
    if (dist::getResidual(forward, result) == dist::Residual::Keep)
      kept.try_emplace(returnedBy(result), result);

  for (Operation &op : llvm::make_early_inc_range(backward.getBody().front()))
    for (Value operand : SmallVector<Value>(op.getOperands())) {
      auto argument = dyn_cast<BlockArgument>(operand);
      auto residual = argument ? residuals.find(argument.getArgNumber()) : residuals.end();
      if (residual == residuals.end())
        continue;
      Value value = returnedBy(residual->second);
      if (failed(buildClones(&op, value)))
        return failure();
      op.replaceUsesOfWith(operand, mapping.lookup(value));
    }
  replaceCalls();
  return success();
}

/// Collects the operations that lead to `value` and are not cloned yet.
LogicalResult Instantiation::collectRecipe(Value value, llvm::SetVector<Operation *> &recipe) {
  SmallVector<Value> worklist = {value};
  while (!worklist.empty()) {
    Value needed = worklist.pop_back_val();
    if (mapping.contains(needed))
      continue;
    if (isa<BlockArgument>(needed) || kept.contains(needed)) {
      mapping.map(needed, buildInput(needed));
      continue;
    }
    Operation *op = needed.getDefiningOp();
    if (!isMemoryEffectFree(op))
      return op->emitError("cannot be recomputed: only operations without an effect can");
    if (recipe.insert(op))
      llvm::append_range(worklist, op->getOperands());
  }
  return success();
}

/// Adds an operand to the backward function for an operand or a kept result of the forward one.
Value Instantiation::buildInput(Value value) {
  inputs.push_back(value);
  BlockArgument argument = backward.getBody().addArgument(value.getType(), value.getLoc());
  OpBuilder builder = OpBuilder::atBlockBegin(&backward.getBody().front());
  return dist::AfterOp::create(builder, value.getLoc(), value.getType(), argument,
                               backward.getArgument(numOperands - 1));
}

/// Clones what leads to `residual` in front of `user`.
LogicalResult Instantiation::buildClones(Operation *user, Value residual) {
  llvm::SetVector<Operation *> recipe;
  if (failed(collectRecipe(residual, recipe)))
    return failure();
  SmallVector<Operation *> ordered = recipe.takeVector();
  llvm::sort(ordered, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  OpBuilder builder(user);
  for (Operation *op : ordered)
    builder.clone(*op, mapping);
  return success();
}

/// The forward function returns no more what is recomputed, and the backward one takes what it is recomputed from.
void Instantiation::replaceCalls() {
  llvm::BitVector dropped(forward.getNumResults()), taken(backward.getNumArguments());
  for (unsigned result = 0; result < forward.getNumResults(); ++result)
    dropped[result] = isRecomputed(result);
  for (auto &[operand, result] : residuals)
    taken.set(operand);

  auto withoutDropped = [&](auto range) {
    SmallVector<Value> values;
    for (auto [i, value] : llvm::enumerate(range))
      if (!dropped[i])
        values.push_back(value);
    return values;
  };
  Operation *terminator = forward.getBody().front().getTerminator();
  terminator->setOperands(withoutDropped(terminator->getOperands()));
  (void)forward.eraseResults(dropped);
  (void)backward.eraseArguments(taken);
  backward.setFunctionType(FunctionType::get(backward.getContext(), backward.getBody().getArgumentTypes(),
                                             backward.getFunctionType().getResults()));
  for (auto &[forwardCall, backwardCall] : calls) {
    SmallVector<Value> operands;
    for (auto [i, operand] : llvm::enumerate(backwardCall.getOperands()))
      if (!taken[i])
        operands.push_back(operand);
    for (Value input : inputs) {
      auto argument = dyn_cast<BlockArgument>(input);
      operands.push_back(argument ? forwardCall.getOperand(argument.getArgNumber())
                                  : forwardCall.getResult(kept.lookup(input)));
    }
    backwardCall->setOperands(operands);
    OpBuilder builder(forwardCall);
    auto call = func::CallOp::create(builder, forwardCall.getLoc(), forward, forwardCall.getOperands());
    for (auto [old, result] : llvm::zip_equal(withoutDropped(forwardCall.getResults()), call.getResults()))
      old.replaceAllUsesWith(result);
    forwardCall.erase();
  }
}

namespace {

struct RecomputePass : shardc::impl::RecomputePassBase<RecomputePass> {
  using Base::Base;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      for (auto call : function.getOps<func::CallOp>())
        callsOf[call.getCallee()].push_back(call);
    SymbolTable symbols(getOperation());
    for (auto forward : getOperation().getOps<func::FuncOp>())
      if (!forward.isDeclaration() && failed(instantiate(forward, symbols)))
        return signalPassFailure();
    if (!isChanged)
      markAllAnalysesPreserved();
  }

private:
  LogicalResult instantiate(func::FuncOp forward, SymbolTable &symbols) {
    CallPairs pairs;
    for (func::CallOp call : callsOf.lookup(forward.getName())) {
      FailureOr<func::CallOp> backward = findBackward(forward, call);
      if (failed(backward))
        return failure();
      if (*backward)
        pairs.emplace_back(call, *backward);
    }
    if (pairs.empty())
      return success();
    func::CallOp first = pairs.front().second;
    auto backward = symbols.lookup<func::FuncOp>(first.getCallee());
    if (!backward || backward.isDeclaration())
      return first.emitError("there is no function @") << first.getCallee() << " to recompute in";
    for (func::CallOp call : callsOf.lookup(backward.getName()))
      if (llvm::none_of(pairs, [&](auto &pair) { return pair.second == call; }))
        return call.emitError("must take what is recomputed from a call of @")
               << forward.getName() << ", as other calls of @" << backward.getName() << " do";
    isChanged = true;
    return Instantiation(forward, backward, std::move(pairs)).run();
  }

  /// Returns the one call that takes the results of `call` that are recomputed; null if none are.
  FailureOr<func::CallOp> findBackward(func::FuncOp forward, func::CallOp call) {
    func::CallOp backward;
    for (OpResult result : call.getResults()) {
      if (dist::getResidual(forward, result.getResultNumber()) != dist::Residual::Recompute)
        continue;
      for (Operation *user : result.getUsers()) {
        auto taker = dyn_cast<func::CallOp>(user);
        if (!taker || (backward && taker != backward))
          return call.emitError("result ")
                 << result.getResultNumber() << " is recomputed, so only one call, of a backward "
                 << "function, can take it";
        backward = taker;
      }
    }
    return backward;
  }

  llvm::StringMap<SmallVector<func::CallOp>> callsOf;
  bool isChanged = false;
};

} // namespace
