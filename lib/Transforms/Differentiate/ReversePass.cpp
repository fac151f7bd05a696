//===- ReversePass.cpp - The derivative of a list of operations --------------------------------===//
//
// Cotangents are checked as they are made: each must have the dual of its primal's placement. This is where a missing
// or a double reduction would show.
//
//=== ------------------------------------------------------------------------------------------===//
#include "ReversePass.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace shardc {

using dist::Placement;

const TrainingDialectInterface *findTrainingInterface(MLIRContext *context) {
  for (Dialect *dialect : context->getLoadedDialects())
    if (auto *interface = dialect->getRegisteredInterface<TrainingDialectInterface>())
      return interface;
  return nullptr;
}

namespace {
/// Collects what a builder inserts.
struct InsertionRecorder : OpBuilder::Listener {
  SmallVector<Operation *> operations;
  void notifyOperationInserted(Operation *op, OpBuilder::InsertPoint) override { operations.push_back(op); }
};

bool isFloat(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && isa<FloatType>(type.getElementType());
}

Type elementTypeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getElementType();
}
unsigned bitsOf(Value value) {
  return elementTypeOf(value).getIntOrFloatBitWidth();
}

LogicalResult placeResults(ShardingRuleOpInterface op, llvm::function_ref<const Placement *(Value)> hint) {
  SmallVector<Placement> results;
  for (Value result : op->getResults()) {
    const Placement *given = hint(result);
    results.push_back(given ? *given : Placement::replicated(cast<RankedTensorType>(result.getType()).getRank()));
  }
  return dist::placeResults(op, op.getShardingRule(), std::move(results));
}
} // namespace

LogicalResult buildPlaced(OpBuilder &builder, llvm::function_ref<void()> build,
                          llvm::function_ref<const Placement *(Value)> hint) {
  InsertionRecorder recorder;
  OpBuilder::Listener *previous = builder.getListener();
  builder.setListener(&recorder);
  build();
  builder.setListener(previous);
  for (Operation *op : recorder.operations)
    if (auto ruled = dyn_cast<ShardingRuleOpInterface>(op))
      if (failed(placeResults(ruled, hint)))
        return failure();
  return success();
}

void ReversePass::propagateActivity(ArrayRef<Operation *> operations) {
  for (Operation *op : operations) {
    bool depends =
        isa<dist::UnshardOp>(op) || llvm::any_of(op->getOperands(), [&](Value operand) { return isActive(operand); });
    for (Value result : op->getResults())
      if (depends && isFloat(result))
        activate(result);
  }
}

LogicalResult ReversePass::accumulate(Value primal, Value cotangent) {
  auto dual = dist::dualType(cast<RankedTensorType>(primal.getType()), elementTypeOf(cotangent));
  Placement is = Placement::of(cotangent.getType()), expected = Placement::of(dual);
  is.sizes = expected.sizes;
  if (!(is == expected))
    return emitError(cotangent.getLoc()) << "the cotangent of a value of type " << primal.getType() << " has type "
                                         << cotangent.getType() << "; it must be " << dual;
  cotangent.setType(dual);
  Value &sum = cotangents[primal];
  if (!sum) {
    sum = cotangent;
    return success();
  }
  // Neither loses digits that the other has.
  Type wider = bitsOf(sum) < bitsOf(cotangent) ? elementTypeOf(cotangent) : elementTypeOf(sum);
  Location loc = cotangent.getLoc();
  if (failed(convert(sum, wider, loc)) || failed(convert(cotangent, wider, loc)))
    return failure();
  return buildPlaced(builder, [&] { sum = training.buildAdd(builder, loc, sum, cotangent); });
}

LogicalResult ReversePass::convert(Value &value, Type elementType, Location loc) {
  if (!value || elementTypeOf(value) == elementType)
    return success();
  return buildPlaced(builder, [&] { value = training.buildCast(builder, loc, value, elementType); });
}

FailureOr<Value> ReversePass::cotangentOrZeros(Value primal) {
  if (Value cotangent = cotangentOf(primal)) {
    if (failed(convert(cotangent, elementTypeOf(primal), primal.getLoc())))
      return failure();
    return cotangent;
  }
  auto dual = dist::dualType(cast<RankedTensorType>(primal.getType()));
  Value zeros = training.buildZeros(builder, primal.getLoc(), withoutEncoding(dual));
  zeros.setType(dual);
  return zeros;
}

LogicalResult ReversePass::run(ArrayRef<Operation *> operations, CallDerivative call) {
  for (Operation *op : llvm::reverse(operations)) {
    bool reached =
        llvm::any_of(op->getResults(), [&](Value result) { return isActive(result) && cotangentOf(result); });
    if (!reached)
      continue;
    LogicalResult result = success();
    if (auto unshard = dyn_cast<dist::UnshardOp>(op))
      result = accumulate(unshard);
    else if (auto callOp = dyn_cast<func::CallOp>(op))
      result = call(callOp, *this);
    else if (auto differentiable = dyn_cast<DifferentiableOpInterface>(op))
      result = differentiate(differentiable);
    else
      result = op->emitOpError("has no derivative");
    if (failed(result))
      return failure();
  }
  return success();
}

LogicalResult ReversePass::accumulate(dist::UnshardOp op) {
  Value gradient = cotangentOf(op.getResult());
  Type reduceType = symbols.lookup<dist::ParameterOp>(op.getSymbol()).getReduceElementType();
  if (failed(convert(gradient, reduceType, op.getLoc())))
    return failure();
  dist::AccumulateOp::create(builder, op.getLoc(), gradient, op.getSymbol(), op.getCause());
  return success();
}

LogicalResult ReversePass::differentiate(DifferentiableOpInterface op) {
  SmallVector<Value> incoming =
      llvm::map_to_vector(op->getResults(), [&](Value result) { return cotangentOf(result); });
  // What computes takes a cotangent of its result's type; what only moves values takes any.
  if (isa<ShardingRuleOpInterface>(op.getOperation()))
    for (auto [cotangent, result] : llvm::zip(incoming, op->getResults()))
      if (failed(convert(cotangent, elementTypeOf(result), op.getLoc())))
        return failure();
  SmallVector<Value> outgoing;
  SmallVector<Placement> duals =
      llvm::map_to_vector(op->getOperandTypes(), [](Type type) { return Placement::of(type).dual(); });
  auto hint = [&](Value value) -> const Placement * {
    auto it = llvm::find(outgoing, value);
    return it == outgoing.end() ? nullptr : &duals[it - outgoing.begin()];
  };
  auto build = [&] { outgoing = op.buildVJP(builder, incoming); };
  if (failed(buildPlaced(builder, build, hint)))
    return failure();
  for (auto [operand, cotangent] : llvm::zip(op->getOperands(), outgoing))
    if (cotangent && isActive(operand) && failed(accumulate(operand, cotangent)))
      return failure();
  return success();
}

} // namespace shardc
