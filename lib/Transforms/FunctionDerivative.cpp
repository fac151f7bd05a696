//===- FunctionDerivative.cpp - Forward and backward functions of a variant ----------------------------------------------------------------------===//
//
// A copy of the function first gets the backward operations behind its own, where they may use every forward value; then they are moved out, and what
// they use becomes operands: residuals. Those that are the function's own operands are passed again by the caller, the
// others are returned by the forward function.
//
//===------------------------------------------------------------------------------------------------------------------------------===//
#include "FunctionDerivative.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace shardc {

static bool isFloat(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && isa<FloatType>(tensor.getElementType());
}

LogicalResult FunctionDerivatives::differentiateCall(func::CallOp call, ReversePass &pass) {
  auto function = symbols.lookup<func::FuncOp>(call.getCallee());
  SmallVector<bool> active = llvm::map_to_vector(call.getOperands(), [&](Value operand) { return pass.isActive(operand); });
  FailureOr<const Derivative *> derivative = derivativeOf(function, active);
  if (failed(derivative))
    return failure();

  SmallVector<Value> cotangents;
  for (Value result : call.getResults())
    if (isFloat(result.getType()))
      cotangents.push_back(pass.cotangentOrZeros(result));

  OpBuilder atCall(call);
  auto forward = func::CallOp::create(atCall, call.getLoc(), (*derivative)->forward, call.getOperands());
  call.replaceAllUsesWith(forward.getResults().take_front(call.getNumResults()));

  SmallVector<Value> operands;
  for (const Residual &residual : (*derivative)->residuals)
    operands.push_back(residual.isOperand ? call.getOperand(residual.index) : forward.getResult((*derivative)->numResults + residual.index));
  llvm::append_range(operands, cotangents);
  auto backward = func::CallOp::create(pass.builder, call.getLoc(), (*derivative)->backward, operands);
  unsigned next = 0;
  for (auto [operand, isActive] : llvm::zip(call.getOperands(), active))
    if (isActive && failed(pass.accumulate(operand, backward.getResult(next++))))
      return failure();
  call.erase();
  return success();
}

FailureOr<const FunctionDerivatives::Derivative *> FunctionDerivatives::derivativeOf(func::FuncOp function, ArrayRef<bool> active) {
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
  symbols.insert(combined);
  Block &block = combined.getBody().front();
  SmallVector<Operation *> operations = llvm::map_to_vector(block.without_terminator(), [](Operation &op) { return &op; });
  Operation *terminator = block.getTerminator();
  unsigned numOperands = block.getNumArguments();

  OpBuilder builder(terminator);
  ReversePass pass(builder, training);
  for (auto [argument, isActive] : llvm::zip(block.getArguments(), active))
    if (isActive)
      pass.activate(argument);
  pass.propagateActivity(operations);
  Operation *last = operations.back();
  for (Value result : terminator->getOperands()) {
    if (!isFloat(result.getType()))
      continue;
    Value cotangent = block.addArgument(dist::dualType(cast<RankedTensorType>(result.getType())), result.getLoc());
    if (pass.isActive(result) && failed(pass.accumulate(result, cotangent)))
      return failure();
  }
  auto call = [&](func::CallOp op, ReversePass &inner) {
    if (op == last)
      last = op->getPrevNode();
    return differentiateCall(op, inner);
  };
  if (failed(pass.run(operations, call)))
    return failure();

  SmallVector<Value> gradients;
  for (auto [i, isActive] : llvm::enumerate(active))
    if (isActive)
      gradients.push_back(pass.cotangentOrZeros(block.getArgument(i)));
  SmallVector<Operation *> backward;
  for (Operation *op = last ? last->getNextNode() : &block.front(); op != terminator; op = op->getNextNode())
    backward.push_back(op);
  return split(combined, numOperands, backward, gradients);
}

FunctionDerivatives::Derivative FunctionDerivatives::split(func::FuncOp combined, unsigned numOperands, ArrayRef<Operation *> operations, ArrayRef<Value> gradients) {
  Block &block = combined.getBody().front();
  Operation *terminator = block.getTerminator();
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

  Derivative derivative;
  derivative.forward = combined;
  derivative.numResults = terminator->getNumOperands();
  SmallVector<Value> returned(terminator->getOperands());
  SmallVector<Type> types;
  for (Value value : captured) {
    types.push_back(value.getType());
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      derivative.residuals.push_back({true, argument.getArgNumber()});
      continue;
    }
    derivative.residuals.push_back({false, static_cast<unsigned>(returned.size()) - derivative.numResults});
    returned.push_back(value);
  }
  for (BlockArgument argument : block.getArguments().drop_front(numOperands))
    types.push_back(argument.getType());

  OpBuilder b(combined.getContext());
  b.setInsertionPointAfter(combined);
  auto type = FunctionType::get(combined.getContext(), types, ValueRange(gradients).getTypes());
  std::string name = combined.getName().str();
  name = StringRef(name).starts_with("forward") ? "backward" + name.substr(7) : "backward." + name;
  derivative.backward = func::FuncOp::create(b, combined.getLoc(), name, type);
  derivative.backward.setPrivate();
  symbols.insert(derivative.backward);

  IRMapping mapping;
  Block *body = derivative.backward.addEntryBlock();
  SmallVector<Value> sources(captured.begin(), captured.end());
  llvm::append_range(sources, block.getArguments().drop_front(numOperands));
  mapping.map(sources, body->getArguments());
  b.setInsertionPointToEnd(body);
  for (Operation *op : operations)
    b.clone(*op, mapping);
  func::ReturnOp::create(b, combined.getLoc(), llvm::map_to_vector(gradients, [&](Value v) { return mapping.lookup(v); }));

  terminator->setOperands(returned);
  for (Operation *op : llvm::reverse(operations))
    op->erase();
  block.eraseArguments(numOperands, block.getNumArguments() - numOperands);
  combined.setFunctionType(FunctionType::get(combined.getContext(), block.getArgumentTypes(), ValueRange(returned).getTypes()));
  for (unsigned i = derivative.numResults; i < returned.size(); ++i)
    combined.setResultAttr(i, "dist.residual", b.getStringAttr("keep"));
  return derivative;
}

void FunctionDerivatives::eraseUnused(ModuleOp module) {
  for (auto function : llvm::make_early_inc_range(module.getOps<func::FuncOp>()))
    if (function.isPrivate() && SymbolTable::symbolKnownUseEmpty(function, module))
      symbols.erase(function);
}

} // namespace shardc
