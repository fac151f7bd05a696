//===- GroupTasks.cpp - Makes every operation part of one task ------------------------------------------------------------===//
#include "OpenGroup.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "shardc/Transforms/ExecPasses.h"

namespace shardc {
#define GEN_PASS_DEF_GROUPTASKSPASS
#include "shardc/Transforms/ExecPasses.h.inc"
} // namespace shardc

using namespace mlir;
using namespace shardc;

namespace {

/// Walks a flat function once. Tasks are created before the operation that is being looked at, on types without encodings; old
/// operations stay until the end, so that their types and attributes can be asked. At most one group is open.
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
  void buildCall(LowerableOpInterface op, const LibraryCall &call);
  template <typename Op> void buildCollective(Op op, StringRef kind, int64_t dim);

  func::FuncOp function;
  Target target;
  OpBuilder builder;
  OpenGroup group;
  llvm::DenseMap<Value, Value> values;
  SmallVector<Operation *> replaced;
  unsigned numAhead = 0; ///< tasks created since the group was opened
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
    buildCollective(reduce, "all_reduce", -1);
    return success();
  }
  if (auto gather = dyn_cast<dist::AllGatherOp>(op)) {
    buildCollective(gather, "all_gather", gather.getDim());
    return success();
  }
  if (auto scatter = dyn_cast<dist::ReduceScatterOp>(op)) {
    buildCollective(scatter, "reduce_scatter", scatter.getDim());
    return success();
  }
  if (isa<dist::AllToAllOp>(op))
    return op->emitError("all_to_all is not supported yet");
  if (auto lowerable = dyn_cast<LowerableOpInterface>(op))
    return visitLowerable(lowerable);
  return op->emitError("cannot be made a task: it says nothing of how it is lowered");
}

LogicalResult TaskBuilder::visitLowerable(LowerableOpInterface op) {
  if (op.isView()) {
    closeBefore(op);
    values[op->getResult(0)] = buildView(op.getLoc(), lookup(op->getOperand(0)), withoutEncoding(op->getResult(0).getType()));
    replaced.push_back(op);
    return success();
  }
  if (std::optional<LibraryCall> call = op.getLibraryCall(target)) {
    buildCall(op, *call);
    return success();
  }
  if (!group.canJoin(op))
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
  exec::LaunchOp launch = exec::LaunchOp::create(builder, closed.outputs.front().getLoc(), types, closed.kernel, inputs,
                                                 /*workspace=*/nullptr, /*id=*/nullptr, /*stream=*/nullptr, /*waits=*/nullptr, /*offsets=*/nullptr,
                                                 /*workspace_offset=*/nullptr);
  for (auto [output, result] : llvm::zip(closed.outputs, launch.getOutputs()))
    values[output] = result;
  ++numLaunches;
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

void TaskBuilder::buildCall(LowerableOpInterface op, const LibraryCall &call) {
  closeBefore(op);
  auto cost = dyn_cast<CostOpInterface>(op.getOperation());
  SmallVector<Attribute> constants(call.constants.begin(), call.constants.end());
  SmallVector<Type> types = llvm::map_to_vector(op->getResultTypes(), [](Type type) -> Type { return withoutEncoding(type); });
  auto task = exec::CallOp::create(
      builder, op.getLoc(), types, builder.getStringAttr(call.function.symbol), TypeAttr::get(call.function.type),
      lookup(op->getOperands()), builder.getArrayAttr(constants), builder.getI64IntegerAttr(call.workspaceBytes),
      builder.getDenseI64ArrayAttr(call.integers), builder.getDenseF64ArrayAttr(call.floats),
      builder.getI64IntegerAttr(cost ? cost.getFlops() : 0), /*id=*/nullptr, /*stream=*/nullptr, /*waits=*/nullptr,
      /*offsets=*/nullptr, /*workspace_offset=*/nullptr);
  replace(op, task.getOutputs());
}

template <typename Op> void TaskBuilder::buildCollective(Op op, StringRef kind, int64_t dim) {
  closeBefore(op);
  auto axes = llvm::to_vector(op.getAxes().template getAsRange<StringAttr>());
  int64_t groupSize = dist::meshOf(op).getGroupSize(axes);
  auto task = exec::CollectiveOp::create(
      builder, op.getLoc(), TypeRange{withoutEncoding(op.getResult().getType())}, lookup(op->getOperands()),
      builder.getStringAttr(kind), builder.getStringAttr("sum"), op.getAxes(), builder.getI64IntegerAttr(groupSize),
      builder.getDenseI64ArrayAttr({dim}), op.getCauseAttr(), /*index=*/nullptr, /*id=*/nullptr, /*stream=*/nullptr,
      /*waits=*/nullptr, /*offsets=*/nullptr, /*workspace_offset=*/nullptr);
  replace(op, task.getOutputs());
}

namespace {

struct GroupTasksPass : shardc::impl::GroupTasksPassBase<GroupTasksPass> {
  using Base::Base;

  void runOnOperation() override {
    if (target != "cpu" && target != "cuda") {
      getOperation().emitError("target must be cpu or cuda, got ") << target.getValue();
      return signalPassFailure();
    }
    KernelTable kernels(getOperation());
    for (auto function : llvm::to_vector(getOperation().getOps<func::FuncOp>())) {
      TaskBuilder tasks(function, kernels, target == "cuda" ? Target::CUDA : Target::CPU);
      if (failed(tasks.run()))
        return signalPassFailure();
      numLaunches += tasks.numLaunches;
    }
    numKernels += kernels.size();
  }
};

} // namespace
