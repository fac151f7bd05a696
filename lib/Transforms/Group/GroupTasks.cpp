//===- GroupTasks.cpp - Makes every operation part of one task ---------------------------------===//
#include "OpenGroup.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "shardc/Transforms/Group/Passes.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "shardc-group-tasks"

namespace shardc {
#define GEN_PASS_DEF_GROUPTASKSPASS
#include "shardc/Transforms/Group/Passes.h.inc"
} // namespace shardc

using namespace mlir;
using namespace shardc;

namespace {

/// Walks a flat function once. Tasks are created before the operation that is being looked at, on types without
/// encodings; old operations stay until the end, so that their types and attributes can be asked. At most one group is
/// open.
class TaskBuilder {
public:
  TaskBuilder(func::FuncOp function, KernelTable &kernels, Target target)
      : function(function), target(target), builder(function), group(kernels) {}

  LogicalResult run() {
    for (Operation &op : llvm::make_early_inc_range(function.getBody().front())) {
      builder.setInsertionPoint(&op);
      if (failed(visit(&op)))
        return failure();
    }
    for (Operation *op : llvm::reverse(replaced))
      op->erase();
    return success();
  }
  unsigned numLaunches = 0;

private:
  /// An operation that adds something to the result of a library call, and what.
  struct Addition {
    LowerableOpInterface op;
    Value term;
    Term kind;
  };

  LogicalResult visit(Operation *op);
  LogicalResult visitLowerable(LowerableOpInterface op);

  /// Returns the value that a task takes in place of `value`.
  Value lookup(Value value) {
    Value found = group.canonical(value);
    assert(!group.produces(found) && "the open group must be closed before its results are taken");
    Value &mapped = values[found];
    return mapped ? mapped : found;
  }
  SmallVector<Value> lookup(ValueRange operands) {
    return llvm::map_to_vector(operands, [&](Value operand) { return lookup(operand); });
  }

  /// Closes the open group if `op` takes something from it.
  void closeBefore(Operation *op) {
    if (llvm::any_of(op->getOperands(), [&](Value operand) { return group.produces(group.canonical(operand)); }))
      close();
  }
  void close();
  /// Makes `results` stand for those of `op`; tasks may go ahead of the open group, but not many.
  void replace(Operation *op, ValueRange results);

  Value buildView(Location loc, Value value, Type type) {
    return value.getType() == type ? value : exec::ViewOp::create(builder, loc, type, value).getResult();
  }
  void keepOperands(Operation *op);
  void keepReader(Operation *op);
  void keepWriter(Operation *op);
  std::optional<Addition> findAddition(Value sum, Operation *call);
  SmallVector<Addition> findAdditions(LowerableOpInterface op);
  void buildCall(LowerableOpInterface op, const LibraryCall &call);
  template <typename Op> void buildCollective(Op op, exec::CollectiveKind kind, int64_t dim);

  func::FuncOp function;
  Target target;
  OpBuilder builder;
  OpenGroup group;
  llvm::DenseMap<Value, Value> values;
  SmallVector<Operation *> replaced;
  llvm::SmallPtrSet<Operation *, 16> absorbed; ///< additions that a library call ahead of them does
  unsigned numAhead = 0;                       ///< tasks created since the group was opened
};

} // namespace

LogicalResult TaskBuilder::visit(Operation *op) {
  if (isa<exec::PhaseOp, func::ReturnOp>(op)) {
    close();
    keepOperands(op);
    return success();
  }
  if (isAlias(op)) {
    group.addAlias(op->getResult(0), op->getOperand(0));
    replaced.push_back(op);
    return success();
  }
  if (isa<dist::ReadOp, dist::UnshardOp>(op)) {
    keepReader(op);
    return success();
  }
  if (isa<dist::WriteOp, dist::AccumulateOp>(op)) {
    keepWriter(op);
    return success();
  }
  if (auto reduce = dyn_cast<dist::AllReduceOp>(op)) {
    buildCollective(reduce, exec::CollectiveKind::AllReduce, -1);
    return success();
  }
  if (auto gather = dyn_cast<dist::AllGatherOp>(op)) {
    buildCollective(gather, exec::CollectiveKind::AllGather, gather.getDim());
    return success();
  }
  if (auto scatter = dyn_cast<dist::ReduceScatterOp>(op)) {
    buildCollective(scatter, exec::CollectiveKind::ReduceScatter, scatter.getDim());
    return success();
  }
  if (isa<dist::AllToAllOp>(op))
    return op->emitError("all_to_all is not supported yet");
  if (auto lowerable = dyn_cast<LowerableOpInterface>(op))
    return visitLowerable(lowerable);
  return op->emitError("cannot be made a task: it says nothing of how it is lowered");
}

LogicalResult TaskBuilder::visitLowerable(LowerableOpInterface op) {
  if (absorbed.contains(op)) {
    replaced.push_back(op);
    return success();
  }
  if (op.isView()) {
    closeBefore(op);
    values[op->getResult(0)] =
        buildView(op.getLoc(), lookup(op->getOperand(0)), withoutEncoding(op->getResult(0).getType()));
    replaced.push_back(op);
    return success();
  }
  if (std::optional<LibraryCall> call = op.getLibraryCall(target)) {
    buildCall(op, *call);
    return success();
  }
  bool joins = group.canJoin(op);
  LDBG() << op->getName() << (joins ? " joins the group" : " begins a group");
  if (!joins)
    close();
  if (group.empty())
    numAhead = 0;
  group.join(op);
  replaced.push_back(op);
  return success();
}

void TaskBuilder::close() {
  if (group.empty())
    return;
  OpenGroup::Closed closed = group.close();
  SmallVector<Value> inputs = lookup(closed.inputs);
  SmallVector<Type> types =
      llvm::map_to_vector(closed.outputs, [](Value output) -> Type { return withoutEncoding(output.getType()); });
  auto launch = exec::LaunchOp::create(builder, closed.outputs.front().getLoc(), types, closed.kernel, inputs);
  for (auto [output, result] : llvm::zip(closed.outputs, launch.getOutputs()))
    values[output] = result;
  ++numLaunches;
  LDBG() << "closed " << launch;
}

void TaskBuilder::replace(Operation *op, ValueRange results) {
  for (auto [old, result] : llvm::zip(op->getResults(), results))
    values[old] = result;
  replaced.push_back(op);
  constexpr unsigned most = 8; // what a group produces should not come much later than where it stood
  if (!group.empty() && ++numAhead >= most)
    close();
}

/// Leaves an operation, which takes values as they were: with their encodings.
void TaskBuilder::keepOperands(Operation *op) {
  for (OpOperand &operand : op->getOpOperands())
    operand.set(buildView(op->getLoc(), lookup(operand.get()), operand.get().getType()));
}

/// Leaves an operation that reads a state; its result loses the encoding.
void TaskBuilder::keepReader(Operation *op) {
  builder.setInsertionPointAfter(op);
  Value result = op->getResult(0);
  Type plain = withoutEncoding(result.getType());
  if (plain != result.getType())
    values[result] = exec::ViewOp::create(builder, op->getLoc(), plain, result);
}

/// Leaves an operation that writes a state. What the group reads of states it must have
/// read by then.
void TaskBuilder::keepWriter(Operation *op) {
  if (isa<dist::WriteOp>(op))
    close();
  closeBefore(op);
  keepOperands(op);
}

/// Returns the operation that alone takes `sum`, the result of `call` and what was added to it so far, where it adds
/// something that is there before the call.
std::optional<TaskBuilder::Addition> TaskBuilder::findAddition(Value sum, Operation *call) {
  Type type = withoutEncoding(sum.getType());
  while (sum.hasOneUse()) {
    OpOperand &use = *sum.use_begin();
    Operation *user = use.getOwner();
    if (isAlias(user) && use.getOperandNumber() == 0) {
      sum = user->getResult(0);
      continue;
    }
    auto op = dyn_cast<LowerableOpInterface>(user);
    std::optional<Term> kind = op ? op.getTermAddedTo(use.getOperandNumber()) : std::nullopt;
    if (!kind || withoutEncoding(user->getResult(0).getType()) != type)
      return std::nullopt;
    Value term = group.canonical(user->getOperand(1 - use.getOperandNumber()));
    Operation *definition = term.getDefiningOp();
    if (definition && !definition->isBeforeInBlock(call))
      return std::nullopt;
    return Addition{op, term, *kind};
  }
  return std::nullopt;
}

/// Returns what the library call of `op` can add to its result, in order.
SmallVector<TaskBuilder::Addition> TaskBuilder::findAdditions(LowerableOpInterface op) {
  SmallVector<Addition> additions;
  SmallVector<Term> kinds;
  if (op->getNumResults() != 1)
    return additions;
  for (Value sum = op->getResult(0); auto addition = findAddition(sum, op); sum = addition->op->getResult(0)) {
    kinds.push_back(addition->kind);
    if (!op.getAddingFunction(target, kinds))
      break;
    additions.push_back(*addition);
  }
  return additions;
}

static int64_t flopsOf(Operation *op) {
  auto cost = dyn_cast<CostOpInterface>(op);
  return cost ? cost.getFlops() : 0;
}

void TaskBuilder::buildCall(LowerableOpInterface op, const LibraryCall &call) {
  closeBefore(op);
  SmallVector<Value> inputs(op->getOperands());
  SmallVector<Term> kinds;
  int64_t flops = flopsOf(op);
  Operation *last = op;
  for (const Addition &addition : findAdditions(op)) {
    if (group.produces(addition.term))
      close();
    inputs.push_back(addition.term);
    kinds.push_back(addition.kind);
    flops += flopsOf(addition.op);
    absorbed.insert(addition.op);
    last = addition.op;
  }
  RuntimeFunction function = kinds.empty() ? call.function : *op.getAddingFunction(target, kinds);
  bool addsTensor = !kinds.empty() && kinds.back() == Term::Tensor;
  SmallVector<Type> types =
      llvm::map_to_vector(op->getResultTypes(), [](Type type) -> Type { return withoutEncoding(type); });
  auto task = exec::CallOp::create(builder, op.getLoc(), types, function, lookup(inputs), call, flops);
  if (addsTensor)
    task.setInPlaceAttr(builder.getDenseI64ArrayAttr({0, static_cast<int64_t>(inputs.size()) - 1}));
  kinds.push_back(Term::Tensor);
  if (std::optional<RuntimeFunction> adding = op.getAddingFunction(target, kinds)) {
    task.setAdding(adding->symbol);
    task.setAddingType(adding->type);
  }
  for (auto [old, result] : llvm::zip(last->getResults(), task.getOutputs()))
    values[old] = result;
  replace(op, task.getOutputs());
}

template <typename Op> void TaskBuilder::buildCollective(Op op, exec::CollectiveKind kind, int64_t dim) {
  closeBefore(op);
  auto axes = llvm::to_vector(op.getAxes().template getAsRange<StringAttr>());
  int64_t groupSize = dist::meshOf(op).getGroupSize(axes);
  auto placed = builder.getFunctionType(op.getX().getType(), op.getResult().getType());
  auto task = exec::CollectiveOp::create(builder, op.getLoc(), kind, lookup(op->getOperands()), placed, op.getAxes(),
                                         groupSize, dim, op.getCause());
  replace(op, task.getOutputs());
}

namespace {

struct GroupTasksPass : shardc::impl::GroupTasksPassBase<GroupTasksPass> {
  using Base::Base;

  void runOnOperation() override {
    FailureOr<exec::TargetAttr> target = exec::requireTarget(getOperation());
    if (failed(target))
      return signalPassFailure();
    bool tf32 = dist::getSettings(getOperation()).float32Matmul == dist::MatmulPrecision::TF32;
    KernelTable kernels(getOperation());
    for (auto function : llvm::to_vector(getOperation().getOps<func::FuncOp>())) {
      TaskBuilder tasks(function, kernels, Target(target->isCuda() ? Target::CUDA : Target::CPU, tf32));
      if (failed(tasks.run()))
        return signalPassFailure();
      numLaunches += tasks.numLaunches;
    }
    numKernels += kernels.size();
  }
};

} // namespace
