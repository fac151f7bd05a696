//===- KernelEmitter.cpp - From an exec.kernel to loops over vectors -----------------------------------------------------------===//
#include "KernelEmitter.h"
#include "StageEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "shardc/Dialect/Dist/Dist.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

namespace {

class KernelEmitter {
public:
  KernelEmitter(OpBuilder &b, const KernelPlan &plan, const KernelTarget &target)
      : b(b), plan(plan), target(target), frame(plan, target, b) {}

  FailureOr<func::FuncOp> emit();

private:
  FunctionType functionType();
  LogicalResult allocateSlots(ValueRange arguments);
  void startSums();
  void emitScalars(ValueRange coordinates);
  void loadRankZeroArguments();
  void emitPrologue(Value begin);
  void emitRow(Value row);

  OpBuilder &b;
  const KernelPlan &plan;
  const KernelTarget &target;
  Frame frame;
};

} // namespace

/// Memory of arguments and results: their elements in a row.
FunctionType KernelEmitter::functionType() {
  FunctionType type = plan.getKernel().getFunctionType();
  SmallVector<Type> inputs;
  for (Type operand : llvm::concat<const Type>(type.getInputs(), type.getResults())) {
    auto tensor = cast<RankedTensorType>(operand);
    inputs.push_back(MemRefType::get({tensor.getNumElements()}, tensor.getElementType()));
  }
  inputs.append(plan.coordinates.size() + 2, b.getI64Type());
  return b.getFunctionType(inputs, {});
}

FailureOr<func::FuncOp> KernelEmitter::emit() {
  auto function = func::FuncOp::create(b, frame.loc, plan.getKernel().getSymName(), functionType());
  OpBuilder::InsertionGuard guard(b);
  Block *entry = function.addEntryBlock();
  b.setInsertionPointToStart(entry);
  func::ReturnOp::create(b, frame.loc);
  b.setInsertionPointToStart(entry);

  ValueRange arguments = entry->getArguments();
  if (failed(allocateSlots(arguments)))
    return failure();
  ValueRange coordinates = arguments.drop_back(2).take_back(plan.coordinates.size());
  Value begin = arith::IndexCastOp::create(b, frame.loc, b.getIndexType(), arguments.drop_back().back());
  Value end = arith::IndexCastOp::create(b, frame.loc, b.getIndexType(), arguments.back());
  startSums();
  emitScalars(coordinates);
  emitPrologue(begin);
  loadRankZeroArguments();
  if (plan.rows().empty())
    emitRow(nullptr);
  else
    target.emitRows(b, frame.loc, begin, end, [&](Value row) { emitRow(row); });
  return function;
}

LogicalResult KernelEmitter::allocateSlots(ValueRange arguments) {
  size_t numArguments = plan.getKernel().getFunctionType().getNumInputs();
  int64_t scratchBytes = 0;
  for (const Slot &slot : plan.slots) {
    auto &memory = frame.memory.emplace_back();
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

/// Gives each sum over all rows that is one number a place for its rounding, which is zero before the first row.
void KernelEmitter::startSums() {
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

void KernelEmitter::emitScalars(ValueRange coordinates) {
  for (Operation *op : plan.scalars) {
    auto coordinate = dyn_cast<dist::CoordinateOp>(op);
    if (!coordinate) {
      b.clone(*op, frame.scalars);
      continue;
    }
    size_t position = llvm::find(plan.coordinates, coordinate.getAxes()) - plan.coordinates.begin();
    frame.scalars.map(coordinate.getResult(),
                      arith::IndexCastOp::create(b, frame.loc, b.getIndexType(), coordinates[position]).getResult());
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
  if (plan.prologue.empty())
    return;
  LaneBuilder lanes(b, frame.loc, 1);
  Value isFirst = arith::CmpIOp::create(b, frame.loc, arith::CmpIPredicate::eq, begin, lanes.index(0));
  auto branch = scf::IfOp::create(b, frame.loc, isFirst, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  for (unsigned node : plan.prologue)
    StageEmitter(frame, node).emit();
}

void KernelEmitter::emitRow(Value row) {
  LaneBuilder lanes(b, frame.loc, 1);
  frame.row = row;
  Value rest = row;
  frame.rowCoordinates.assign(plan.rows().size(), Value());
  for (size_t i = plan.rows().size(); i-- > 0;) {
    Value size = lanes.index(plan.rows()[i]);
    frame.rowCoordinates[i] = i == 0 ? rest : arith::RemUIOp::create(b, frame.loc, rest, size).getResult();
    if (i > 0)
      rest = arith::DivUIOp::create(b, frame.loc, rest, size);
  }
  for (const Stage &stage : plan.stages)
    StageEmitter(frame, stage.nodes).emit();
}

FailureOr<func::FuncOp> codegen::emitKernel(OpBuilder &b, exec::KernelOp kernel, const KernelTarget &target) {
  FailureOr<KernelPlan> plan = planKernel(kernel);
  if (failed(plan))
    return failure();
  return KernelEmitter(b, *plan, target).emit();
}
