//===- FunctionDerivative.cpp - Forward and backward functions of a variant --------------------===//
//
// A copy of the function first gets the backward operations behind its own, where they may use every forward value;
// then they are moved out, and what they use becomes operands: residuals. Those that are the function's own operands
// are passed again by the caller, the others are returned by the forward function. Where the function is checkpointed,
// those that are not kept are marked to be recomputed, and the kept values that this takes are returned too.
//
//=== ------------------------------------------------------------------------------------------===//
#include "FunctionDerivative.h"
#include "mlir/IR/Remarks.h"
#include "shardc/Transforms/EraseDead.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace shardc {

/// Ends the name of a forward function while the original still has the name.
static constexpr StringRef derivedSuffix = ".derived";

static bool isFloat(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && isa<FloatType>(tensor.getElementType());
}

LogicalResult FunctionDerivatives::differentiateCall(func::CallOp call, ReversePass &pass) {
  auto function = symbols.lookup<func::FuncOp>(call.getCallee());
  SmallVector<bool> active =
      llvm::map_to_vector(call.getOperands(), [&](Value operand) { return pass.isActive(operand); });
  FailureOr<const Derivative *> derivative = derivativeOf(function, active);
  if (failed(derivative))
    return failure();

  SmallVector<Value> cotangents;
  for (Value result : call.getResults())
    if (isFloat(result.getType())) {
      FailureOr<Value> cotangent = pass.cotangentOrZeros(result);
      if (failed(cotangent))
        return failure();
      cotangents.push_back(*cotangent);
    }

  OpBuilder atCall(call);
  auto forward = func::CallOp::create(atCall, call.getLoc(), (*derivative)->forward, call.getOperands());
  call.replaceAllUsesWith(forward.getResults().take_front(call.getNumResults()));

  SmallVector<Value> operands;
  for (const Residual &residual : (*derivative)->residuals)
    operands.push_back(residual.isOperand ? call.getOperand(residual.index)
                                          : forward.getResult((*derivative)->numResults + residual.index));
  llvm::append_range(operands, cotangents);
  auto backward = func::CallOp::create(pass.builder, call.getLoc(), (*derivative)->backward, operands);
  for (auto [index, gradient] : llvm::zip((*derivative)->gradients, backward.getResults()))
    if (failed(pass.accumulate(call.getOperand(index), gradient)))
      return failure();
  call.erase();
  return success();
}

FailureOr<const FunctionDerivatives::Derivative *> FunctionDerivatives::derivativeOf(func::FuncOp function,
                                                                                     ArrayRef<bool> active) {
  auto key = std::make_pair(function.getOperation(), std::vector<bool>(active.begin(), active.end()));
  auto it = derivatives.find(key);
  if (it != derivatives.end())
    return &it->second;
  FailureOr<Derivative> derivative = build(function, active);
  if (failed(derivative))
    return failure();
  return &derivatives.emplace(key, *derivative).first->second;
}

FailureOr<FunctionDerivatives::Derivative> FunctionDerivatives::build(func::FuncOp function, ArrayRef<bool> active) {
  func::FuncOp combined = function.clone();
  nameDerivative(function, combined);
  Block &block = combined.getBody().front();
  SmallVector<Operation *> operations =
      llvm::map_to_vector(block.without_terminator(), [](Operation &op) { return &op; });
  Operation *terminator = block.getTerminator();
  Derivative derivative;
  derivative.forward = combined;
  unsigned numOperands = block.getNumArguments();

  OpBuilder builder(terminator);
  ReversePass pass(builder, training, symbols);
  for (auto [argument, isActive] : llvm::zip(block.getArguments(), active))
    if (isActive)
      pass.activate(argument);
  pass.propagateActivity(operations);
  for (Value result : terminator->getOperands()) {
    if (!isFloat(result.getType()))
      continue;
    Value cotangent = block.addArgument(dist::dualType(cast<RankedTensorType>(result.getType())), result.getLoc());
    if (pass.isActive(result) && failed(pass.accumulate(result, cotangent)))
      return failure();
  }
  // Backward operations stand between the forward ones and the terminator; a forward call is replaced by another where
  // it stood.
  llvm::SmallPtrSet<Operation *, 32> forward(operations.begin(), operations.end());
  auto call = [&](func::CallOp op, ReversePass &inner) -> LogicalResult {
    Operation *previous = op->getPrevNode();
    forward.erase(op);
    if (failed(differentiateCall(op, inner)))
      return failure();
    forward.insert(previous ? previous->getNextNode() : &block.front());
    return success();
  };
  if (failed(pass.run(operations, call)))
    return failure();

  SmallVector<Value> gradients;
  for (auto [i, isActive] : llvm::enumerate(active)) {
    // An operand that nothing flows back to has no gradient: of a parameter that is an error, which the caller finds.
    Value gradient = isActive ? pass.cotangentOf(block.getArgument(i)) : Value();
    if (!gradient)
      continue;
    derivative.gradients.push_back(i);
    gradients.push_back(gradient);
  }
  // What is dead must not keep a residual.
  eraseDead(block, gradients);
  SmallVector<Operation *> backward;
  for (Operation &op : block.without_terminator())
    if (!forward.contains(&op))
      backward.push_back(&op);
  split(derivative, numOperands, backward, gradients);
  return derivative;
}

void FunctionDerivatives::nameDerivative(func::FuncOp function, func::FuncOp combined) {
  unsigned &count = counts[function];
  std::string name = function.getName().str() + (count ? "_" + std::to_string(count) : "");
  ++count;
  combined.setName(name + derivedSuffix.str());
  symbols.insert(combined);
}

/// Returns the values of the forward operations, and the first `numOperands` operands, that `operations` and
/// `gradients` read.
static llvm::SetVector<Value> capturedBy(ArrayRef<Operation *> operations, ArrayRef<Value> gradients,
                                         unsigned numOperands) {
  llvm::SetVector<Value> captured;
  SmallPtrSet<Operation *, 32> moved(operations.begin(), operations.end());
  auto capture = [&](Value value) {
    auto argument = dyn_cast<BlockArgument>(value);
    if (argument ? argument.getArgNumber() < numOperands : !moved.contains(value.getDefiningOp()))
      captured.insert(value);
  };
  for (Operation *op : operations)
    llvm::for_each(op->getOperands(), capture);
  llvm::for_each(gradients, capture);
  return captured;
}

/// Returns true if a value of a function with `dist.checkpoint` is not recomputed: it is an operand, or marked.
static bool isKept(Value value) {
  return isa<BlockArgument>(value) || value.getDefiningOp<dist::KeepOp>() ||
         llvm::any_of(value.getUsers(), [](Operation *user) { return isa<dist::KeepOp>(user); });
}

/// Adds to `residuals` the kept values that the others of them are recomputed from.
static void addRecipes(llvm::SetVector<Value> &residuals) {
  llvm::SetVector<Value> visited;
  visited.insert_range(llvm::make_filter_range(residuals, [](Value value) { return !isKept(value); }));
  for (unsigned i = 0; i < visited.size(); ++i)
    for (Value operand : visited[i].getDefiningOp()->getOperands())
      if (!isKept(operand))
        visited.insert(operand);
      else if (!isa<BlockArgument>(operand))
        residuals.insert(operand);
}

/// Says why a value that the backward function reads is returned for it, or not.
static void remarkResidual(Value value, func::FuncOp forward, bool recomputes) {
  auto remark = remark::analysis(value.getLoc(), remark::RemarkOpts::name("residual").category("differentiate"));
  if (!remark)
    return;
  std::string type;
  llvm::raw_string_ostream(type) << value.getType();
  StringRef name = forward.getName().drop_back(derivedSuffix.size());
  if (!recomputes)
    remark << llvm::formatv("{0} is kept for the backward pass: @{1} is not checkpointed", type, name).str();
  else if (isKept(value))
    remark
        << llvm::formatv("{0} is kept for the backward pass: others of @{1} are recomputed from it", type, name).str();
  else
    remark << llvm::formatv("{0} is recomputed in the backward pass: @{1} is checkpointed", type, name).str();
}

void FunctionDerivatives::split(Derivative &derivative, unsigned numOperands, ArrayRef<Operation *> operations,
                                ArrayRef<Value> gradients) {
  func::FuncOp combined = derivative.forward;
  Block &block = combined.getBody().front();
  Operation *terminator = block.getTerminator();
  llvm::SetVector<Value> captured = capturedBy(operations, gradients, numOperands), residuals = captured;
  bool recomputes = dist::isCheckpointed(combined);
  dist::setCheckpointed(combined, false);
  if (recomputes)
    addRecipes(residuals);
  derivative.numResults = terminator->getNumOperands();
  SmallVector<Value> returned(terminator->getOperands());
  for (auto [i, value] : llvm::enumerate(residuals)) {
    auto argument = dyn_cast<BlockArgument>(value);
    unsigned position = returned.size() - derivative.numResults;
    if (i < captured.size())
      derivative.residuals.push_back({argument != nullptr, argument ? argument.getArgNumber() : position});
    if (!argument)
      returned.push_back(value);
  }
  SmallVector<Value> operands(captured.begin(), captured.end());
  llvm::append_range(operands, block.getArguments().drop_front(numOperands));
  derivative.backward = buildBackward(combined, operands, operations, gradients);

  SmallVector<bool> kept = llvm::map_to_vector(returned, [&](Value value) { return !recomputes || isKept(value); });
  for (Value residual : ArrayRef(returned).drop_front(derivative.numResults))
    remarkResidual(residual, combined, recomputes);
  terminator->setOperands(returned);
  for (Operation *op : llvm::reverse(operations))
    op->erase();
  block.eraseArguments(numOperands, block.getNumArguments() - numOperands);
  combined.setFunctionType(
      FunctionType::get(combined.getContext(), block.getArgumentTypes(), ValueRange(returned).getTypes()));
  for (unsigned i = derivative.numResults; i < returned.size(); ++i)
    dist::setResidual(combined, i, kept[i] ? dist::Residual::Keep : dist::Residual::Recompute);
}

func::FuncOp FunctionDerivatives::buildBackward(func::FuncOp combined, ArrayRef<Value> operands,
                                                ArrayRef<Operation *> operations, ArrayRef<Value> gradients) {
  OpBuilder b(combined.getContext());
  b.setInsertionPointAfter(combined);
  auto type =
      FunctionType::get(combined.getContext(), ValueRange(operands).getTypes(), ValueRange(gradients).getTypes());
  StringRef name = combined.getName().drop_back(derivedSuffix.size());
  std::string backwardName =
      name.starts_with("forward") ? "backward" + name.drop_front(7).str() : "backward." + name.str();
  auto backward = func::FuncOp::create(b, combined.getLoc(), backwardName, type);
  backward.setPrivate();
  symbols.insert(backward);

  IRMapping mapping;
  Block *body = backward.addEntryBlock();
  mapping.map(operands, body->getArguments());
  b.setInsertionPointToEnd(body);
  for (Operation *op : operations)
    b.clone(*op, mapping);
  func::ReturnOp::create(b, combined.getLoc(),
                         llvm::map_to_vector(gradients, [&](Value v) { return mapping.lookup(v); }));
  return backward;
}

void FunctionDerivatives::finish(ModuleOp module) {
  for (auto function : llvm::make_early_inc_range(module.getOps<func::FuncOp>()))
    if (function.isPrivate() && SymbolTable::symbolKnownUseEmpty(function, module))
      symbols.erase(function);
  for (auto function : module.getOps<func::FuncOp>())
    if (StringRef name = function.getName();
        name.ends_with(derivedSuffix) && !symbols.lookup(name.drop_back(derivedSuffix.size())))
      (void)symbols.rename(function, name.drop_back(derivedSuffix.size()));
}

} // namespace shardc
