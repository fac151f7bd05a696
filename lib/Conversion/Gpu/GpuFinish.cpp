//===- GpuFinish.cpp - Adds up what blocks have summed over their rows -------------------------===//
//
// A block takes some neighbouring elements; its threads are strips of them, each of which adds every so many'th copy.
// The first strip adds what the others have, in order, to what the sum starts from.
//
//=== ------------------------------------------------------------------------------------------===//
#include "GpuFinish.h"
#include "GpuTarget.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "shardc/Conversion/Kernels/KernelEmitter.h"
#include "shardc/Conversion/Kernels/Lanes.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

static constexpr int64_t threads = 256, mostColumns = 32;

namespace {

class FinishEmitter {
public:
  FinishEmitter(OpBuilder &b, const KernelPlan &plan, int64_t numCopies)
      : b(b), loc(plan.getKernel().getLoc()), plan(plan), numCopies(numCopies),
        workspace(layOutWorkspace(plan, numCopies)), lanes(b, loc, 1) {}

  FailureOr<exec::GpuLaunchAttr> emit();

private:
  FailureOr<const Slot *> findStart(const PartialSum &sum);
  LogicalResult chooseOperands();
  LogicalResult emitSum(const PartialSum &sum);
  FailureOr<Value> startOf(const PartialSum &sum, Value position);
  /// The function's argument for an operand of the kernel.
  Value argument(unsigned operand) { return function.getArgument(llvm::find(operands, operand) - operands.begin()); }
  Value sumStrip(const Output &output, Value copies, int64_t count, Value strip, int64_t numStrips, Value position);
  Value loop(Value begin, Value end, int64_t step, Value start, llvm::function_ref<Value(Value, Value)> body);
  void emitIf(Value condition, llvm::function_ref<void()> body);
  Value compare(arith::CmpIPredicate predicate, Value x, int64_t y) {
    return arith::CmpIOp::create(b, loc, predicate, x, lanes.index(y));
  }
  const Output &outputOf(unsigned slot) {
    const Node &writer = plan.nodes[plan.slots[slot].writers.back()];
    return *llvm::find_if(writer.outputs, [&](const Output &output) { return output.access.slot == slot; });
  }

  OpBuilder &b;
  Location loc;
  const KernelPlan &plan;
  int64_t numCopies;
  Workspace workspace;
  LaneBuilder lanes;
  IRMapping scalars;
  func::FuncOp function;
  Value thread, block, copiesEnd;
  SmallVector<int64_t> operands; ///< those of the kernel that the function takes
  int64_t grid = 1;
};

} // namespace

/// Returns what the sum starts from.
FailureOr<const Slot *> FinishEmitter::findStart(const PartialSum &sum) {
  for (unsigned index : plan.prologue) {
    const Node &node = plan.nodes[index];
    const Slot &source = plan.slots[node.inputs.front().slot];
    if (node.outputs.front().access.slot == sum.slot &&
        (source.origin == Slot::Splat || source.origin == Slot::Argument))
      return &source;
  }
  return plan.getKernel().emitOpError("sums rows from something that is neither an argument nor one number");
}

/// Takes no more of the kernel's operands than sums need, so that the function is that of other kernels too.
LogicalResult FinishEmitter::chooseOperands() {
  unsigned numArguments = plan.getKernel().getFunctionType().getNumInputs(), numOperands = operandTypes(plan).size();
  llvm::SetVector<int64_t> chosen;
  for (const PartialSum &sum : workspace.sums) {
    FailureOr<const Slot *> start = findStart(sum);
    if (failed(start))
      return failure();
    if ((*start)->origin == Slot::Argument)
      chosen.insert((*start)->argument);
    for (unsigned place : plan.slots[sum.slot].results)
      chosen.insert(numArguments + place);
  }
  for (size_t i = 0; i <= plan.coordinates.size(); ++i)
    chosen.insert(numOperands - plan.coordinates.size() + i); // and behind them the workspace
  operands = llvm::to_vector(chosen);
  return success();
}

FailureOr<exec::GpuLaunchAttr> FinishEmitter::emit() {
  if (failed(chooseOperands()))
    return failure();
  SmallVector<Type> types = operandTypes(plan), inputs;
  types.push_back(MemRefType::get({workspace.bytes}, b.getI8Type()));
  for (int64_t operand : operands)
    inputs.push_back(types[operand]);
  inputs.push_back(b.getI64Type());
  function =
      func::FuncOp::create(b, loc, (plan.getKernel().getSymName() + "$finish").str(), b.getFunctionType(inputs, {}));
  OpBuilder::InsertionGuard guard(b);
  Block *entry = function.addEntryBlock();
  b.setInsertionPointToStart(entry);
  b.setInsertionPoint(func::ReturnOp::create(b, loc));
  ValueRange arguments = entry->getArguments();
  emitScalars(b, plan, arguments.drop_back(2).take_back(plan.coordinates.size()), scalars);
  auto toIndex = [&](Value number) {
    return arith::IndexCastUIOp::create(b, loc, b.getIndexType(), number).getResult();
  };
  thread = toIndex(NVVM::ThreadIdXOp::create(b, loc, b.getI32Type()));
  block = toIndex(NVVM::BlockIdXOp::create(b, loc, b.getI32Type()));
  copiesEnd = toIndex(arguments.back());
  for (const PartialSum &sum : workspace.sums)
    if (failed(emitSum(sum)))
      return failure();
  return exec::GpuLaunchAttr::get(b.getContext(), symbolOf(function), grid, threads, operands, {numCopies});
}

void FinishEmitter::emitIf(Value condition, llvm::function_ref<void()> body) {
  auto branch = scf::IfOp::create(b, loc, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  body();
}

Value FinishEmitter::loop(Value begin, Value end, int64_t step, Value start,
                          llvm::function_ref<Value(Value, Value)> body) {
  auto results = emitStridedLoop(
      b, loc, begin, end, lanes.index(step), start,
      [&](Value position, ValueRange carried) -> KernelTarget::Values { return {body(position, carried.front())}; });
  return results.front();
}

/// Adds the copies strip, strip + numStrips, ... of one element.
Value FinishEmitter::sumStrip(const Output &output, Value copies, int64_t count, Value strip, int64_t numStrips,
                              Value position) {
  Value neutral = arith::ConstantOp::create(b, loc, *arith::getNeutralElement(output.combiner));
  return loop(strip, copiesEnd, numStrips, neutral, [&](Value copy, Value sum) {
    Lane at = lanes.add(lanes.scale({copy}, count), {position});
    return lanes.combine(output.combiner, sum, lanes.load(copies, at).value);
  });
}

LogicalResult FinishEmitter::emitSum(const PartialSum &sum) {
  const Slot &slot = plan.slots[sum.slot];
  const Output &output = outputOf(sum.slot);
  int64_t count = slot.type.getNumElements(), columns = std::min<int64_t>(mostColumns, llvm::bit_ceil(uint64_t(count)));
  int64_t numStrips = threads / columns, blocks = llvm::divideCeil(count, columns);
  grid = std::max(grid, blocks);
  Type type = slot.type.getElementType();
  Value copies =
      emitView(b, loc, argument(operandTypes(plan).size()), lanes.index(sum.offset), numCopies * count, type);
  GpuTarget target(GpuShape{threads, 1, 1, 1});
  Value shared = target.emitScratch(b, loc, threads, type);

  Value column = arith::RemUIOp::create(b, loc, thread, lanes.index(columns));
  Value strip = arith::DivUIOp::create(b, loc, thread, lanes.index(columns));
  Value position = lanes.add(lanes.scale({block}, columns), {column}).value;
  Value exists = compare(arith::CmpIPredicate::ult, position, count);
  emitIf(exists, [&] {
    Value part = sumStrip(output, copies, count, strip, numStrips, position);
    lanes.store({part}, shared, {thread});
  });
  target.emitSync(b, loc);
  LogicalResult result = success();
  Value isFirst = arith::AndIOp::create(b, loc, exists, compare(arith::CmpIPredicate::eq, strip, 0));
  emitIf(isFirst, [&] {
    FailureOr<Value> start = startOf(sum, position);
    if (failed(start)) {
      result = failure();
      return;
    }
    Value total = loop(lanes.index(0), lanes.index(numStrips), 1, *start, [&](Value other, Value sum) {
      Lane at = lanes.add(lanes.scale({other}, columns), {column});
      return lanes.combine(output.combiner, sum, lanes.load(shared, at).value);
    });
    size_t numArguments = plan.getKernel().getFunctionType().getNumInputs();
    for (unsigned place : slot.results)
      lanes.store({total}, argument(numArguments + place), {position});
  });
  return result;
}

/// What the sum starts from: one number for all elements, or those of an argument.
FailureOr<Value> FinishEmitter::startOf(const PartialSum &sum, Value position) {
  FailureOr<const Slot *> start = findStart(sum);
  if (failed(start))
    return failure();
  if ((*start)->origin == Slot::Splat)
    return scalars.lookup((*start)->splat);
  return lanes.load(argument((*start)->argument), {position}).value;
}

SymbolRefAttr codegen::symbolOf(func::FuncOp function) {
  auto module = function->getParentOfType<ModuleOp>();
  return SymbolRefAttr::get(module.getSymNameAttr(), FlatSymbolRefAttr::get(function));
}

FailureOr<exec::GpuLaunchAttr> codegen::emitFinish(OpBuilder &b, const KernelPlan &plan, int64_t numCopies) {
  return FinishEmitter(b, plan, numCopies).emit();
}
