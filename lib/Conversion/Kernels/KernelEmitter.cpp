//===- KernelEmitter.cpp - From an exec.kernel to loops over vectors ---------------------------===//
#include "shardc/Conversion/Kernels/KernelEmitter.h"
#include "StageEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "shardc/Dialect/Dist/Dist.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

Workspace codegen::layOutWorkspace(const KernelPlan &plan, int64_t numCopies) {
  constexpr int64_t alignment = 256;
  Workspace workspace;
  if (numCopies == 0)
    return workspace;
  for (auto [index, slot] : llvm::enumerate(plan.slots)) {
    if (!slot.accumulatesRows)
      continue;
    workspace.sums.push_back({static_cast<unsigned>(index), workspace.bytes});
    int64_t bytes = numCopies * slot.type.getNumElements() * slot.type.getElementTypeBitWidth() / 8;
    workspace.bytes = llvm::alignTo(workspace.bytes + bytes, alignment);
  }
  return workspace;
}

SmallVector<Type> codegen::operandTypes(const KernelPlan &plan) {
  FunctionType type = plan.getKernel().getFunctionType();
  SmallVector<Type> types;
  for (Type operand : llvm::concat<const Type>(type.getInputs(), type.getResults())) {
    auto tensor = cast<RankedTensorType>(operand);
    types.push_back(MemRefType::get({tensor.getNumElements()}, tensor.getElementType()));
  }
  types.append(plan.coordinates.size(), IntegerType::get(type.getContext(), 64));
  return types;
}

void codegen::emitScalars(OpBuilder &b, const KernelPlan &plan, ValueRange coordinates, IRMapping &scalars) {
  for (Operation *op : plan.scalars) {
    auto coordinate = dyn_cast<dist::CoordinateOp>(op);
    if (!coordinate) {
      b.clone(*op, scalars);
      continue;
    }
    size_t position = llvm::find(plan.coordinates, coordinate.getAxes()) - plan.coordinates.begin();
    Value number = arith::IndexCastOp::create(b, op->getLoc(), b.getIndexType(), coordinates[position]);
    scalars.map(coordinate.getResult(), number);
  }
}

Value codegen::emitView(OpBuilder &b, Location loc, Value workspace, Value bytes, int64_t count, Type type) {
  return memref::ViewOp::create(b, loc, MemRefType::get({count}, type), workspace, bytes, ValueRange());
}

namespace {

class KernelEmitter {
public:
  KernelEmitter(OpBuilder &b, const KernelPlan &plan, KernelTarget &target)
      : b(b), plan(plan), target(target), workspace(layOutWorkspace(plan, target.getNumCopies())),
        frame(plan, target, b) {}

  FailureOr<func::FuncOp> emit();

private:
  FunctionType functionType();
  bool runsInOrder() const { return target.getNumCopies() == 0; }
  LogicalResult allocateSlots(ValueRange arguments, ValueRange last);
  void startCopy(const PartialSum &sum, Value memory);
  void startSums();
  void loadRankZeroArguments();
  void emitPrologue(Value begin);
  void emitRow(Value row);

  OpBuilder &b;
  const KernelPlan &plan;
  KernelTarget &target;
  Workspace workspace;
  Frame frame;
};

} // namespace

FunctionType KernelEmitter::functionType() {
  SmallVector<Type> inputs = operandTypes(plan);
  if (runsInOrder())
    inputs.append(2, b.getI64Type());
  else if (workspace.bytes > 0)
    inputs.push_back(MemRefType::get({workspace.bytes}, b.getI8Type()));
  if (target.takesNumRows())
    inputs.push_back(b.getI64Type());
  return b.getFunctionType(inputs, {});
}

FailureOr<func::FuncOp> KernelEmitter::emit() {
  auto function = func::FuncOp::create(b, frame.loc, plan.getKernel().getSymName(), functionType());
  OpBuilder::InsertionGuard guard(b);
  Block *entry = function.addEntryBlock();
  b.setInsertionPointToStart(entry);
  auto end = func::ReturnOp::create(b, frame.loc);
  b.setInsertionPoint(end);

  ValueRange arguments = entry->getArguments(), last = arguments.drop_front(operandTypes(plan).size());
  if (failed(allocateSlots(arguments, last)))
    return failure();
  startSums();
  emitScalars(b, plan, arguments.drop_back(last.size()).take_back(plan.coordinates.size()), frame.scalars);
  auto toIndex = [&](Value number) {
    return arith::IndexCastOp::create(b, frame.loc, b.getIndexType(), number).getResult();
  };
  Value firstRow = runsInOrder() ? toIndex(last[0]) : target.emitCopyNumber(b, frame.loc);
  Value endOfRows = runsInOrder() || target.takesNumRows() ? toIndex(last.back()) : Value();
  emitPrologue(firstRow);
  loadRankZeroArguments();
  if (plan.rows().empty())
    emitRow(nullptr);
  else
    target.emitRows(b, frame.loc, firstRow, endOfRows, [&](Value row) { emitRow(row); });
  return function;
}

LogicalResult KernelEmitter::allocateSlots(ValueRange arguments, ValueRange last) {
  size_t numArguments = plan.getKernel().getFunctionType().getNumInputs();
  int64_t scratchBytes = 0;
  for (auto [index, slot] : llvm::enumerate(plan.slots)) {
    auto &memory = frame.memory.emplace_back();
    auto *sum = llvm::find_if(workspace.sums, [&](const PartialSum &s) { return s.slot == index; });
    if (sum != workspace.sums.end()) {
      int64_t bytes = slot.type.getNumElements() * slot.type.getElementTypeBitWidth() / 8;
      LaneBuilder lanes(b, frame.loc, 1);
      Lane offset = lanes.add(lanes.scale({target.emitCopyNumber(b, frame.loc)}, bytes), {lanes.index(sum->offset)});
      memory.push_back(
          emitView(b, frame.loc, last.front(), offset.value, slot.type.getNumElements(), slot.type.getElementType()));
      startCopy(*sum, memory.back());
      continue;
    }
    if (slot.origin == Slot::Argument)
      memory.push_back(arguments[slot.argument]);
    for (unsigned result : slot.results)
      memory.push_back(arguments[numArguments + result]);
    if (slot.origin != Slot::Local || !slot.results.empty() || !slot.needsMemory)
      continue;
    scratchBytes += slot.rowExtent * slot.type.getElementTypeBitWidth() / 8;
    memory.push_back(target.emitScratch(b, frame.loc, slot.rowExtent, slot.type.getElementType()));
  }
  if (scratchBytes <= target.getScratchLimit())
    return success();
  return plan.getKernel().emitOpError("must keep at most ")
         << target.getScratchLimit() << " bytes of a row between its loops, got " << scratchBytes;
}

/// A copy starts from nothing; what the sum starts from is added once, at the end.
void KernelEmitter::startCopy(const PartialSum &sum, Value memory) {
  LaneBuilder lanes(b, frame.loc, 1);
  const Node &writer = plan.nodes[plan.slots[sum.slot].writers.back()];
  const Output &output = *llvm::find_if(writer.outputs, [&](const Output &o) { return o.access.slot == sum.slot; });
  Value neutral = arith::ConstantOp::create(b, frame.loc, *arith::getNeutralElement(output.combiner));
  target.emitElements(b, frame.loc, 0, plan.slots[sum.slot].type.getNumElements(), 1, {},
                      [&](Value position, ValueRange) -> KernelTarget::Values {
                        lanes.store({neutral}, memory, {position});
                        return {};
                      });
}

/// Gives each sum over all rows that is one number a place for its rounding, which is zero before the first row. Where
/// rows are spread, each copy adds only a few.
void KernelEmitter::startSums() {
  if (!runsInOrder())
    return target.emitSync(b, frame.loc);
  LaneBuilder lanes(b, frame.loc, 1);
  for (const Node &node : plan.nodes)
    for (const Output &output : node.outputs) {
      const Slot &slot = plan.slots[output.access.slot];
      if (!slot.accumulatesRows || slot.type.getNumElements() != 1 || !isa_and_present<arith::AddFOp>(output.combiner))
        continue;
      Type type = slot.type.getElementType();
      Value memory = target.emitScratch(b, frame.loc, 1, type);
      lanes.store({arith::ConstantOp::create(b, frame.loc, b.getZeroAttr(type))}, memory, {lanes.index(0)});
      frame.roundingOf[output.access.slot] = memory;
    }
}

/// Arguments of one element are read once, before the rows.
void KernelEmitter::loadRankZeroArguments() {
  LaneBuilder lanes(b, frame.loc, 1);
  for (const Stage &stage : plan.stages)
    for (unsigned node : stage.nodes)
      for (const Access &access : plan.nodes[node].inputs) {
        const Slot &slot = plan.slots[access.slot];
        if (slot.origin == Slot::Argument && slot.type.getNumElements() == 1 && !frame.scalarOf.contains(access.slot))
          frame.scalarOf[access.slot] = lanes.load(frame.memory[access.slot].front(), {lanes.index(0)}).value;
      }
}

/// What accumulators start from is copied once, by whoever runs the first row.
void KernelEmitter::emitPrologue(Value begin) {
  SmallVector<unsigned> nodes = llvm::filter_to_vector(plan.prologue, [&](unsigned node) {
    return runsInOrder() || !plan.slots[plan.nodes[node].outputs.front().access.slot].accumulatesRows;
  });
  if (nodes.empty())
    return;
  LaneBuilder lanes(b, frame.loc, 1);
  Value isFirst = arith::CmpIOp::create(b, frame.loc, arith::CmpIPredicate::eq, begin, lanes.index(0));
  auto branch = scf::IfOp::create(b, frame.loc, isFirst, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  for (unsigned node : nodes)
    StageEmitter(frame, node).emit();
}

void KernelEmitter::emitRow(Value row) {
  LaneBuilder lanes(b, frame.loc, 1);
  frame.row = row;
  frame.registers.clear();
  Value rest = row;
  frame.rowCoordinates.assign(plan.rows().size(), Value());
  for (size_t i = plan.rows().size(); i-- > 0;) {
    Value size = lanes.index(plan.rows()[i]);
    frame.rowCoordinates[i] = i == 0 ? rest : arith::RemUIOp::create(b, frame.loc, rest, size).getResult();
    if (i > 0)
      rest = arith::DivUIOp::create(b, frame.loc, rest, size);
  }
  for (auto [number, stage] : llvm::enumerate(plan.stages)) {
    if (number > 0)
      target.emitSync(b, frame.loc);
    StageEmitter(frame, stage.nodes).emit();
  }
}

FailureOr<func::FuncOp> codegen::emitKernel(OpBuilder &b, const KernelPlan &plan, KernelTarget &target) {
  return KernelEmitter(b, plan, target).emit();
}

FailureOr<func::FuncOp> codegen::emitKernel(OpBuilder &b, exec::KernelOp kernel, KernelTarget &target) {
  FailureOr<KernelPlan> plan = planKernel(kernel);
  if (failed(plan))
    return failure();
  return emitKernel(b, *plan, target);
}
