//===- Vjp.cpp - The derivative of one function ------------------------------------------------===//
#include "TestPasses.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"
#include "shardc/Interfaces/OpInterfaces.h"

using namespace mlir;
using namespace shardc;

namespace {

bool isFloat(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && isa<FloatType>(tensor.getElementType());
}

SmallVector<Type> floatsOf(TypeRange types) {
  return llvm::to_vector(llvm::make_filter_range(types, isFloat));
}

/// Walks a block backwards, adding up the cotangents of its values.
class Reverse {
public:
  explicit Reverse(OpBuilder &builder) : builder(builder) {}

  void add(Value value, Value cotangent) {
    if (!cotangent || !isFloat(value.getType()))
      return;
    Value &sum = cotangents[value];
    sum = sum ? training(value).buildAdd(builder, value.getLoc(), sum, cotangent) : cotangent;
  }

  LogicalResult differentiate(Operation *op) {
    SmallVector<Value> results =
        llvm::map_to_vector(op->getResults(), [&](Value result) { return cotangents.lookup(result); });
    if (llvm::none_of(results, [](Value cotangent) { return static_cast<bool>(cotangent); }))
      return success();
    auto differentiable = dyn_cast<DifferentiableOpInterface>(op);
    if (!differentiable)
      return op->hasTrait<OpTrait::ConstantLike>() ? success() : op->emitOpError("has no derivative");
    SmallVector<Value> operands = differentiable.buildVJP(builder, results);
    for (auto [operand, cotangent] : llvm::zip_equal(op->getOperands(), operands))
      add(operand, cotangent);
    return success();
  }

  Value cotangentOf(Value value) {
    Value sum = cotangents.lookup(value);
    return sum ? sum : training(value).buildZeros(builder, value.getLoc(), cast<RankedTensorType>(value.getType()));
  }

private:
  static const TrainingDialectInterface &training(Value value) {
    for (Dialect *dialect : value.getContext()->getLoadedDialects())
      if (auto *interface = dialect->getRegisteredInterface<TrainingDialectInterface>())
        return *interface;
    llvm::report_fatal_error("no dialect says how cotangents are added");
  }

  OpBuilder &builder;
  llvm::DenseMap<Value, Value> cotangents;
};

} // namespace

func::FuncOp test::addVJP(func::FuncOp function) {
  OpBuilder b(function->getContext());
  b.setInsertionPointAfter(function);
  SmallVector<Type> inputs = llvm::to_vector(function.getArgumentTypes());
  llvm::append_range(inputs, floatsOf(function.getResultTypes()));
  auto type = b.getFunctionType(inputs, floatsOf(function.getArgumentTypes()));
  auto vjp = func::FuncOp::create(b, function.getLoc(), (function.getName() + "_vjp").str(), type);
  Block *block = vjp.addEntryBlock();
  b.setInsertionPointToStart(block);

  IRMapping mapping;
  mapping.map(function.getArguments(), block->getArguments().take_front(function.getNumArguments()));
  SmallVector<Operation *> forward;
  for (Operation &op : function.front().without_terminator())
    forward.push_back(b.clone(op, mapping));

  Reverse reverse(b);
  auto cotangents = block->getArguments().drop_front(function.getNumArguments()).begin();
  for (Value result : function.front().getTerminator()->getOperands())
    if (isFloat(result.getType()))
      reverse.add(mapping.lookup(result), *cotangents++);
  for (Operation *op : llvm::reverse(forward))
    if (failed(reverse.differentiate(op)))
      return {};
  SmallVector<Value> results;
  for (Value argument : block->getArguments().take_front(function.getNumArguments()))
    if (isFloat(argument.getType()))
      results.push_back(reverse.cotangentOf(argument));
  func::ReturnOp::create(b, function.getLoc(), results);
  vjp.setType(
      b.getFunctionType(inputs, ValueRange(results).getTypes())); // gradients of weights may be wider than these
  return vjp;
}

void test::lowerToLinalg(func::FuncOp function) {
  OpBuilder b(function->getContext());
  SmallVector<LowerableOpInterface> lowerable;
  function.walk([&](LowerableOpInterface op) { lowerable.push_back(op); });
  for (LowerableOpInterface op : lowerable) {
    b.setInsertionPoint(op);
    op->replaceAllUsesWith(op.lowerToLinalg(b, op->getOperands()));
    op->erase();
  }
}
